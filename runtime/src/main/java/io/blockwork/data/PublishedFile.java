package io.blockwork.data;

import io.blockwork.io.DownloadOptions;
import io.blockwork.io.Downloads;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file as it is published.
 *
 * @param name at the source and in the cache
 * @param sha256Prefix first hexadecimal digits of its SHA-256
 * @param bytes its length
 */
record PublishedFile(String name, String sha256Prefix, long bytes) {
  /**
   * The file in the cache. It is compared with what is published each time, since caches are
   * copied, cut off and mixed up; another file of the same name is fetched anew.
   *
   * @throws UncheckedIOException if the cache cannot be read
   */
  Path fetch(DownloadOptions options) {
    Path cached = options.cache().resolve(name);
    try {
      if (Files.exists(cached) && !isPublished(cached)) {
        Files.delete(cached);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          SafeText.format("%s: cannot be checked (%s)", cached, FileProblem.reason(e)), e);
    }
    return Downloads.fetch(name, sha256Prefix, bytes, KnownImages.MIRROR_PROPERTY, options);
  }

  private boolean isPublished(Path file) throws IOException {
    if (Files.size(file) != bytes) {
      return false;
    }
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest()).startsWith(sha256Prefix);
  }
}
