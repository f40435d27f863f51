package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.SafeText;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Image files that a table (CSV) names, with what is to be said of each: a class, several classes,
 * or numbers.
 *
 * <pre>{@code
 * image,tags                     image,cat,dog           image,age,height
 * a.jpg,cat dog                  a.jpg,1,1               a.jpg,31,1.82
 * b.jpg,                         b.jpg,0,0               b.jpg,7,1.20
 *
 * ImageTable.tags(csv, "image", "tags", " ")
 * ImageTable.flags(csv, "image", "cat", "dog")
 * ImageTable.numbers(csv, "image", "age", "height")
 * }</pre>
 *
 * <p>The table has a header; its fields are separated by commas, semicolons or tabs and may be
 * quoted (RFC 4180). Names of files are relative to the table's folder, see {@link #in}. All
 * factories throw {@link DataException} with file and line for a field that does not hold what it
 * should, {@link IllegalArgumentException} for a column that is not there, {@link
 * DataLimitException} for a table of more than a quarter of Java's memory, and {@link
 * UncheckedIOException} for a file that cannot be read.
 */
public final class ImageTable implements ImageDataset {
  private final Path folder;
  private final String suffix;
  private final List<String> names;
  private final Task task;
  private final List<String> classNames;

  /** Of single labels. */
  private final int[] labels;

  /** Of all others. */
  private final float[][] targets;

  private ImageTable(
      Path folder,
      String suffix,
      List<String> names,
      Task task,
      List<String> classNames,
      int[] labels,
      float[][] targets) {
    this.folder = folder;
    this.suffix = suffix;
    this.names = names;
    this.task = task;
    this.classNames = classNames;
    this.labels = labels;
    this.targets = targets;
  }

  private static ImageTable of(
      Path csv,
      CsvTable table,
      int image,
      Task task,
      List<String> classNames,
      int[] labels,
      float[][] targets) {
    Path folder = csv.toAbsolutePath().resolveSibling("");
    List<String> names = new ArrayList<>();
    for (CsvTable.Row row : table.rows()) {
      String name = row.fields().get(image).strip();
      if (name.isEmpty() || !isPath(folder, name)) {
        throw table.damaged(row, image, "the name of a file");
      }
      names.add(name);
    }
    return new ImageTable(
        folder, "", List.copyOf(names), task, List.copyOf(classNames), labels, targets);
  }

  private static boolean isPath(Path folder, String name) {
    try {
      return folder.resolve(name).getNameCount() > 0;
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * One class each, which a column names; classes are numbered in the order of their names.
   *
   * @param csv the table
   * @param image column with the names of the files
   * @param column with the classes
   */
  public static ImageTable classes(Path csv, String image, String column) {
    Objects.requireNonNull(csv, "csv");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(column, "column");
    CsvTable table = CsvTable.read(csv);
    int at = table.column(column);
    List<String> own = new ArrayList<>();
    for (CsvTable.Row row : table.rows()) {
      String name = row.fields().get(at).strip();
      if (name.isEmpty()) {
        throw table.damaged(row, at, "the name of a class");
      }
      own.add(name);
    }
    List<String> all = List.copyOf(new TreeSet<>(own));
    Map<String, Integer> numbers = numbers(all);
    int[] labels = own.stream().mapToInt(numbers::get).toArray();
    return of(csv, table, table.column(image), Task.SINGLE_LABEL, all, labels, new float[0][]);
  }

  /**
   * Any number of classes each, which one column lists; classes are numbered in the order of their
   * names.
   *
   * @param csv the table
   * @param image column with the names of the files
   * @param column with the classes; an empty field has none
   * @param separator between two of them, such as a space
   */
  public static ImageTable tags(Path csv, String image, String column, String separator) {
    Objects.requireNonNull(csv, "csv");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(separator, "separator");
    if (separator.isEmpty()) {
      throw new IllegalArgumentException("separator of tags: expected some characters, got none");
    }
    CsvTable table = CsvTable.read(csv);
    int at = table.column(column);
    List<List<String>> own = new ArrayList<>();
    TreeSet<String> all = new TreeSet<>();
    for (CsvTable.Row row : table.rows()) {
      List<String> tags =
          Arrays.stream(row.fields().get(at).split(Pattern.quote(separator), -1))
              .map(String::strip)
              .filter(tag -> !tag.isEmpty())
              .toList();
      own.add(tags);
      all.addAll(tags);
    }
    List<String> names = List.copyOf(all);
    Map<String, Integer> numbers = numbers(names);
    float[][] targets = new float[own.size()][names.size()];
    for (int i = 0; i < targets.length; i++) {
      for (String tag : own.get(i)) {
        targets[i][numbers.getOrDefault(tag, 0)] = 1;
      }
    }
    return of(csv, table, table.column(image), Task.MULTI_LABEL, names, new int[0], targets);
  }

  /**
   * Any number of classes each, with a column for each class: 1 or {@code true} where it is there,
   * 0 or {@code false} where it is not, or a number in between.
   *
   * @param csv the table
   * @param image column with the names of the files
   * @param columns the classes, by label; none: all other columns
   */
  public static ImageTable flags(Path csv, String image, String... columns) {
    Objects.requireNonNull(csv, "csv");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(columns, "columns");
    CsvTable table = CsvTable.read(csv);
    return columns(csv, table, Task.MULTI_LABEL, image, columns);
  }

  /**
   * Some numbers each, with a column for each number.
   *
   * @param csv the table
   * @param image column with the names of the files
   * @param columns of the numbers; none: all other columns
   */
  public static ImageTable numbers(Path csv, String image, String... columns) {
    Objects.requireNonNull(csv, "csv");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(columns, "columns");
    CsvTable table = CsvTable.read(csv);
    return columns(csv, table, Task.REGRESSION, image, columns);
  }

  private static ImageTable columns(
      Path csv, CsvTable table, Task task, String image, String... columns) {
    List<String> names =
        columns.length > 0
            ? List.of(columns)
            : table.header().stream().filter(name -> !name.equals(image)).toList();
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          SafeText.format("%s has no column but %s", PathNames.shown(csv), image));
    }
    numbers(names);
    int[] places = names.stream().mapToInt(table::column).toArray();
    float[][] targets = new float[table.rows().size()][places.length];
    for (int i = 0; i < targets.length; i++) {
      CsvTable.Row row = table.rows().get(i);
      for (int k = 0; k < places.length; k++) {
        targets[i][k] =
            task == Task.REGRESSION
                ? (float) table.number(row, places[k])
                : flag(table, row, places[k]);
      }
    }
    return of(csv, table, table.column(image), task, names, new int[0], targets);
  }

  private static float flag(CsvTable table, CsvTable.Row row, int column) {
    String text = row.fields().get(column).strip();
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return text.equalsIgnoreCase("true") ? 1 : 0;
    }
    double value = table.number(row, column);
    if (!(value >= 0 && value <= 1)) {
      throw table.damaged(row, column, "0 to 1, true or false");
    }
    return (float) value;
  }

  private static Map<String, Integer> numbers(List<String> names) {
    Map<String, Integer> numbers = new HashMap<>();
    for (String name : names) {
      if (numbers.put(name, numbers.size()) != null) {
        throw new IllegalArgumentException(SafeText.format("column %s is named twice", name));
      }
    }
    return numbers;
  }

  /** The same with files in another folder than the table's. */
  public ImageTable in(Path other) {
    return in(other, "");
  }

  /**
   * The same with files in another folder than the table's.
   *
   * @param suffix that the table leaves out, such as {@code .jpg}
   */
  public ImageTable in(Path other, String suffix) {
    return new ImageTable(other, suffix, names, task, classNames, labels, targets);
  }

  private Path file(int index) {
    return folder.resolve(names.get(index) + suffix);
  }

  @Override
  public ByteImage image(int index) {
    return ImageFiles.read(file(index));
  }

  @Override
  public Optional<ImageOrigin> origin(int index) {
    return Optional.of(new ImageOrigin(file(index), 0));
  }

  @Override
  public int size() {
    return names.size();
  }

  @Override
  public int label(int index) {
    Objects.checkIndex(index, names.size());
    return task == Task.SINGLE_LABEL ? labels[index] : UNLABELLED;
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public float[] target(int index) {
    return task == Task.SINGLE_LABEL ? new float[0] : targets[index].clone();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    return PathNames.shown(file(index));
  }
}
