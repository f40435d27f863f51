package io.blockwork.io;

import java.nio.file.Path;

/** Fetches published files into a cache folder, with the same care for all of them. */
public final class Downloads {
  private Downloads() {}

  /**
   * The file in the cache folder, fetched first if it is not there. A broken download is resumed;
   * the file is moved into place only after its SHA-256 has been compared; several processes and
   * threads may ask at once, one of them fetches.
   *
   * @param name of the file, at the source and in the cache
   * @param sha256Prefix first hexadecimal digits that the file's SHA-256 has to have
   * @param largest bytes that the file cannot exceed
   * @param mirrorProperty the system property that names another source, for the message
   * @param options where the file comes from and goes to
   * @return the path of the verified file
   * @throws FileException if it cannot be fetched
   */
  public static Path fetch(
      String name,
      String sha256Prefix,
      long largest,
      String mirrorProperty,
      DownloadOptions options) {
    return new Download(name, sha256Prefix, largest, mirrorProperty, options, Pace.system()).path();
  }
}
