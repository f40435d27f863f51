package io.blockwork.io;

/** Hears of a download's progress. Called from the downloading thread, often. */
@FunctionalInterface
public interface DownloadListener {
  /**
   * Some more bytes have arrived.
   *
   * @param file the file's name
   * @param done bytes that are there, those of an earlier attempt included
   * @param total bytes of the whole file, or -1 if the server does not say
   */
  void progress(String file, long done, long total);

  /** Hears nothing. */
  static DownloadListener silent() {
    return (file, done, total) -> {};
  }
}
