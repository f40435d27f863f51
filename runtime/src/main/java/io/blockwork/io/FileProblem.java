package io.blockwork.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Says what is wrong with a file or folder that could not be used: words to stand behind its name.
 * Systems report most of it as an exception's class and a number; a look at the place tells more.
 */
public final class FileProblem {
  /** Names of a folder that are compared with one that is not there. */
  private static final int MOST_NAMES = 1000;

  private FileProblem() {}

  /** Why a file could not be read. */
  public static String reading(Path file, IOException problem) {
    if (!Files.exists(file)) {
      return missing(file);
    } else if (Files.isDirectory(file)) {
      return "is a folder, where a file was expected" + place(file);
    } else if (!Files.isReadable(file)) {
      return SafeText.format(
          "may not be read by this user; change the permissions of %s", at(file));
    }
    return SafeText.format("cannot be read (%s)", reason(problem));
  }

  /** Why a folder could not be listed. */
  public static String listing(Path folder, IOException problem) {
    if (!Files.exists(folder)) {
      return missing(folder);
    } else if (!Files.isDirectory(folder)) {
      return "is a file, where a folder was expected" + place(folder);
    } else if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
      return SafeText.format(
          "may not be listed by this user; change the permissions of %s", at(folder));
    }
    return SafeText.format("cannot be listed (%s)", reason(problem));
  }

  /** Why a file could not be written. */
  public static String writing(Path file, IOException problem) {
    if (Files.isDirectory(file)) {
      return SafeText.format(
          "is a folder, where a file is to be written%s; name a file in it", place(file));
    }
    Optional<Path> there = existing(file);
    if (there.isPresent() && !there.get().equals(at(file)) && !Files.isDirectory(there.get())) {
      return SafeText.format(
          "cannot be written: %s is a file, where a folder was expected", there.get());
    } else if (there.isPresent() && !Files.isWritable(there.get())) {
      return SafeText.format("cannot be written: this user may not write to %s", there.get());
    }
    return SafeText.format("cannot be written (%s)", reason(problem));
  }

  /** Why a file could not be deleted. */
  public static String deleting(Path file, IOException problem) {
    if (Files.isDirectory(file)) {
      return "is a folder, where a file was expected" + place(file);
    }
    Path folder = at(file).getParent();
    if (folder != null && !Files.isWritable(folder)) {
      return SafeText.format("cannot be deleted: this user may not write to %s", folder);
    }
    return SafeText.format("cannot be deleted (%s)", reason(problem));
  }

  /**
   * What a failure of reading or writing says, for people: the system's own words where it has
   * some, and the name of the exception only where the words alone would say too little.
   */
  public static String reason(Exception problem) {
    if (problem instanceof UncheckedIOException || problem instanceof DirectoryIteratorException) {
      return problem.getCause() instanceof IOException cause ? reason(cause) : words(problem);
    } else if (problem instanceof AccessDeniedException) {
      return "permission denied";
    } else if (problem instanceof NoSuchFileException) {
      return "there is no such file";
    }
    return words(problem);
  }

  private static String words(Exception problem) {
    Optional<String> message =
        Optional.ofNullable(
                problem instanceof FileSystemException system
                    ? system.getReason()
                    : problem.getMessage())
            .filter(text -> !text.isBlank());
    String type = problem.getClass().getSimpleName();
    if (message.isEmpty()) {
      return type;
    }
    boolean plain =
        problem.getClass() == IOException.class || problem.getClass() == FileSystemException.class;
    return SafeText.of(plain ? message.get() : type + ": " + message.get());
  }

  /** Where something is that was named from the working folder on, to stand behind words on it. */
  public static String place(Path path) {
    return path.isAbsolute() ? "" : SafeText.format(" (at %s)", at(path));
  }

  /** That there is no such file or folder: where it was looked for, and what there is instead. */
  public static String missing(Path path) {
    Path place = at(path);
    String text =
        path.isAbsolute()
            ? "does not exist"
            : SafeText.format("does not exist (looked for %s)", place);
    Path folder = place.getParent();
    if (folder == null) {
      return text;
    } else if (!Files.isDirectory(folder)) {
      return text + SafeText.format("; there is no folder %s either", folder);
    }
    return text
        + NearestName.of(String.valueOf(place.getFileName()), names(folder))
            .map(name -> SafeText.format("; the nearest name there is %s", name))
            .orElse("");
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.limit(MOST_NAMES).map(file -> String.valueOf(file.getFileName())).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The path itself, or the nearest folder above it that is there. */
  private static Optional<Path> existing(Path path) {
    return Stream.iterate(at(path), above -> above != null, Path::getParent)
        .filter(Files::exists)
        .findFirst();
  }

  private static Path at(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
