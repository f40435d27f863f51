package io.blockwork.onnx.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files beside a model that hold its weights. Each must lie in the model's folder or below it,
 * and no part of the way to it may be a link: a model cannot have other files of the machine read.
 */
final class ExternalFiles {
  private final Optional<Path> folder;
  private final Map<String, Bytes> files = new TreeMap<>();

  ExternalFiles(Optional<Path> folder) {
    this.folder = folder;
  }

  /** The names of those that have been used. */
  List<String> names() {
    return new ArrayList<>(files.keySet());
  }

  /**
   * A part of a file.
   *
   * @param tensor its name, for messages
   * @param entries what the model says of the place
   * @param expected bytes that the tensor has
   */
  Content.Stored content(String tensor, Map<String, String> entries, long expected) {
    String location = entries.get("location");
    if (location == null || location.isEmpty()) {
      throw OnnxException.damaged(
          "the tensor %s lies outside the model, but it is not said where", tensor);
    }
    Bytes file = files.computeIfAbsent(location, name -> open(tensor, name));
    long offset = number(tensor, entries.getOrDefault("offset", "0"));
    long length = number(tensor, entries.getOrDefault("length", String.valueOf(expected)));
    if (length != expected) {
      throw OnnxException.damaged(
          "the tensor %s should have %d bytes, but %d are announced in %s",
          tensor, expected, length, location);
    }
    if (offset > file.size() || length > file.size() - offset) {
      Optional<Format> other = Format.of(file);
      throw other.isEmpty()
          ? new OnnxException(
                  "the tensor %s should lie at bytes %d to %d of %s, which has %d",
                  tensor, offset, offset + length, location, file.size())
              .remedy("copy, download or export the model and %s again, both together", location)
          : new OnnxException(
                  "the tensor %s should lie in %s, which is %s",
                  tensor, location, other.get().name())
              .remedy("%s", other.get().remedy());
    }
    return new Content.Stored(file, offset);
  }

  private static long number(String tensor, String text) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number < 1L << 62) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw OnnxException.damaged(
        "the tensor %s lies outside the model, at a place that is no number: %s", tensor, text);
  }

  private Bytes open(String tensor, String location) {
    if (folder.isEmpty()) {
      throw new OnnxException(
              "the tensor %s lies in the file %s, but the model was not read from a file",
              tensor, location)
          .remedy("read both as files");
    }
    try {
      // Windows' separator too, wherever this runs: the same model is refused everywhere.
      Path relative = Path.of(location.replace('\\', '/'));
      boolean leaves = relative.isAbsolute() || location.contains(":");
      for (Path part : relative) {
        leaves |= part.toString().equals("..");
      }
      if (leaves) {
        throw refused(
            tensor,
            location,
            "which is not in the model's folder",
            "export it with its weights in its own folder");
      }
      Path path = folder.get();
      for (Path part : relative.normalize()) {
        path = path.resolve(part);
        if (Files.isSymbolicLink(path)) {
          throw refused(tensor, location, "which is a link", "put the file itself in its place");
        }
      }
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new OnnxException(
                "the tensor %s lies in the file %s, which is not beside the model",
                tensor, location)
            .remedy("put %s into %s", location, folder.get());
      }
      if (linked(path)) {
        throw refused(
            tensor,
            location,
            "which has more than one name (a hard link)",
            "put a copy in its place");
      }
      return Bytes.of(path);
    } catch (InvalidPathException e) {
      throw OnnxException.damaged(
          e, "the tensor %s lies in %s, which can be no file", tensor, location);
    } catch (IOException e) {
      throw new OnnxException(
          e, "the file %s, where the tensor %s lies, cannot be read (%s)", location, tensor, e);
    }
  }

  private static OnnxException refused(String tensor, String location, String why, String remedy) {
    return new OnnxException(
            "the tensor %s lies in %s, %s: that is refused, since a model must not read other files",
            tensor, location, why)
        .remedy(remedy);
  }

  /** Whether the file has another name, where the system tells. */
  private static boolean linked(Path path) throws IOException {
    try {
      return Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer n
          && n > 1;
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }
}
