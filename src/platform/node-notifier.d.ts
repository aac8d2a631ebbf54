declare module 'node-notifier' {
  interface Notifier {
    notify(
      options: { title: string; message: string; timeout?: number | false; [option: string]: unknown },
      callback: (error: unknown, response?: string) => void,
    ): unknown;
  }
  type NotifierClass = new (options: { customPath?: string; withFallback?: boolean }) => Notifier;
  const notifier: {
    NotifySend: NotifierClass;
    NotificationCenter: NotifierClass;
    WindowsToaster: NotifierClass;
  };
  // The library is CommonJS and assigns module.exports; this is how TypeScript says it.
  export = notifier;
}
