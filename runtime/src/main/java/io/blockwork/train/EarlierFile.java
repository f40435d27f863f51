package io.blockwork.train;

import io.blockwork.io.FileException;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A file that an earlier training run has left where another wants to write its own. */
final class EarlierFile {
  private EarlierFile() {}

  /**
   * The lines of a text; none if there is no file.
   *
   * @throws FileException if it cannot be read
   */
  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (MalformedInputException e) {
      return List.of("not a text of ours");
    } catch (IOException e) {
      throw new FileException(SafeText.of(file) + ": " + FileProblem.reading(file, e), e);
    }
  }

  /**
   * Renames a file, if there is one: {@code log.csv} to {@code log-1.csv} or the next number that
   * is free.
   *
   * @throws FileException if it cannot be renamed
   */
  static void setAside(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.') < 1 ? name.length() : name.lastIndexOf('.');
    for (int number = 1; Files.isRegularFile(file); number++) {
      Path aside = file.resolveSibling(name.substring(0, dot) + "-" + number + name.substring(dot));
      try {
        Files.move(file, aside);
      } catch (FileAlreadyExistsException e) {
        // The next number may be free.
      } catch (IOException e) {
        throw new FileException(
            SafeText.format("%s: cannot be renamed to %s (%s)", file, aside, e), e);
      }
    }
  }
}
