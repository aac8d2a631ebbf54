/** The part of picomatch that tests compare with; the package has no types of its own. */
declare module 'picomatch' {
  function picomatch(
    glob: string,
    options: { dot?: boolean; noextglob?: boolean; nonegate?: boolean },
  ): (file: string) => boolean;
  export = picomatch;
}
