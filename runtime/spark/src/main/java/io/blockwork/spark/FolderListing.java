package io.blockwork.spark;

import io.blockwork.io.FileException;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder of classes on any of Hadoop's file systems. Classes are numbered as {@link
 * io.blockwork.data.ImageFolder} numbers them, by code point of their names.
 *
 * @param classNames by label
 * @param examples by class and path; the key is the path below the root
 */
record FolderListing(List<String> classNames, List<Example> examples) {
  private static final List<String> SUFFIXES =
      List.of(
          ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".jpe",
          ".gif");

  /** UTF-8 sorts as code points do. */
  private static final Comparator<String> BY_CODE_POINT =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  static FolderListing of(String root, Configuration configuration) {
    try {
      Path folder = new Path(root);
      FileSystem system = folder.getFileSystem(configuration);
      List<String> names = new ArrayList<>();
      List<Example> examples = new ArrayList<>();
      for (FileStatus inside : sorted(system.listStatus(folder))) {
        if (inside.isDirectory() && !isHidden(inside)) {
          String name = inside.getPath().getName();
          int before = examples.size();
          collect(system, inside.getPath(), name, names.size(), examples);
          if (examples.size() == before) {
            throw new IllegalArgumentException(
                SafeText.format(
                    "%s: this class has no image (.jpg, .png, ...); add some or remove the folder",
                    inside.getPath()));
          }
          names.add(name);
        }
      }
      if (names.isEmpty()) {
        throw new IllegalArgumentException(
            SafeText.format("%s: expected a folder for each class inside, found none", root));
      }
      return new FolderListing(names, examples);
    } catch (IOException e) {
      throw new FileException(
          SafeText.format("%s: cannot be listed (%s)", root, FileProblem.reason(e)), e);
    }
  }

  private static void collect(
      FileSystem system, Path folder, String path, int label, List<Example> into)
      throws IOException {
    for (FileStatus inside : sorted(system.listStatus(folder))) {
      String key = path + "/" + inside.getPath().getName();
      if (isHidden(inside)) {
        continue;
      }
      if (inside.isDirectory()) {
        collect(system, inside.getPath(), key, label, into);
      } else if (SUFFIXES.stream().anyMatch(key.toLowerCase(Locale.ROOT)::endsWith)) {
        into.add(new Example.Located(key, label, inside.getPath().toUri().toString()));
      }
    }
  }

  private static List<FileStatus> sorted(FileStatus... files) {
    return Arrays.stream(files)
        .sorted(Comparator.comparing(file -> file.getPath().getName(), BY_CODE_POINT))
        .toList();
  }

  private static boolean isHidden(FileStatus file) {
    String name = file.getPath().getName();
    return name.startsWith(".") || name.startsWith("_");
  }
}
