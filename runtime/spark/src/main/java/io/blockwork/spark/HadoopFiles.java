package io.blockwork.spark;

import io.blockwork.io.FileException;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * Copies between this machine and whatever Hadoop's FileSystem reaches: libraries that want a file
 * of their own get a temporary one.
 */
final class HadoopFiles {
  private static final String SUFFIX = ".safetensors";

  private final Configuration configuration;

  HadoopFiles(Configuration configuration) {
    this.configuration = configuration;
  }

  /** What is done with a local file. */
  interface WithFile<T> {
    T with(Path local) throws IOException;
  }

  /** What writes a local file. */
  interface ToFile {
    void to(Path local) throws IOException;
  }

  FileSystem system(org.apache.hadoop.fs.Path place) throws IOException {
    return place.getFileSystem(configuration);
  }

  /**
   * Lends a copy of a file.
   *
   * @throws FileException if it cannot be read
   */
  <T> T read(org.apache.hadoop.fs.Path place, WithFile<T> reader) {
    try {
      Path local = Files.createTempFile("blockwork", SUFFIX);
      try (InputStream in = system(place).open(place);
          OutputStream out = Files.newOutputStream(local)) {
        in.transferTo(out);
        out.close();
        return reader.with(local);
      } finally {
        Files.deleteIfExists(local);
      }
    } catch (IOException e) {
      throw new FileException(
          SafeText.format("%s: cannot be read (%s)", place, FileProblem.reason(e)), e);
    }
  }

  /**
   * Writes a file under a name that nothing has yet: it is there when all of it is.
   *
   * @param writer writes a local file, which is copied
   * @throws FileException if it cannot be written
   */
  void write(org.apache.hadoop.fs.Path place, ToFile writer) {
    try {
      Path folder = Files.createTempDirectory("blockwork");
      Path local = folder.resolve("file" + SUFFIX);
      try {
        writer.to(local);
        try (InputStream in = Files.newInputStream(local);
            OutputStream out = system(place).create(place, true)) {
          in.transferTo(out);
        }
      } finally {
        Files.deleteIfExists(local);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new FileException(
          SafeText.format("%s: cannot be written (%s)", place, FileProblem.reason(e)), e);
    }
  }

  /**
   * Writes a small file.
   *
   * @throws FileException if it cannot be written
   */
  void write(org.apache.hadoop.fs.Path place, String text) {
    try (OutputStream out = system(place).create(place, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new FileException(
          SafeText.format("%s: cannot be written (%s)", place, FileProblem.reason(e)), e);
    }
  }

  /**
   * Reads a small file.
   *
   * @throws FileException if it cannot be read
   */
  String text(org.apache.hadoop.fs.Path place) {
    try (InputStream in = system(place).open(place)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new FileException(
          SafeText.format("%s: cannot be read (%s)", place, FileProblem.reason(e)), e);
    }
  }
}
