/**
 * The records seen last, by a word and a number: whether one comes again soon. Few on purpose: words that are kept for long,
 * and then let go, cost a reader of long files more than all else it keeps.
 */
export class Recent {
  private readonly words: string[] = [];
  private readonly numbers: number[] = [];
  private next = 0;

  constructor(private readonly most: number) {}

  /** @returns whether it was known. */
  add(word: string, number: number): boolean {
    for (let at = 0; at < this.words.length; at += 1) {
      if (this.numbers[at] === number && this.words[at] === word) return true;
    }
    this.words[this.next] = word;
    this.numbers[this.next] = number;
    this.next = (this.next + 1) % this.most;
    return false;
  }
}
