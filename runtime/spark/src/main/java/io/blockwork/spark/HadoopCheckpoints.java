package io.blockwork.spark;

import io.blockwork.io.FileException;
import io.blockwork.io.SafeText;
import io.blockwork.train.CheckpointStore;
import io.blockwork.weights.SafetensorsWriter;
import io.blockwork.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Checkpoints in a folder of any of Hadoop's file systems, object stores among them, whose renames
 * are copies and whose locks do not exist.
 *
 * <p>Nothing is renamed or written over. A checkpoint is a file with a number of its own, {@code
 * 000000000012-last.safetensors}; when it is complete, a small file beside it ({@code .sha256})
 * says so and how long it is. The highest number that has one counts, and is compared with it when
 * it is read; the one before is kept until then. {@code best.safetensors} is kept likewise. They
 * are weight files as any other.
 *
 * <p>Of two runs in one folder the later wins: it numbers its checkpoints on, and the earlier one
 * ends with an error when it wants to write its next checkpoint. A run that was killed needs no
 * unlocking.
 */
public final class HadoopCheckpoints implements CheckpointStore {
  private static final String DONE = ".sha256";
  private static final String OWNER = "-training.owner";
  private static final String NUMBER = "%012d";
  private static final int DIGITS = 12;
  private static final String CHECKPOINT =
      "\\d{" + DIGITS + "}-(last|best.*)\\.safetensors(\\.sha256)?";

  private final HadoopFiles files;
  private final Path folder;
  private final String id = UUID.randomUUID().toString();
  private Optional<Path> claim = Optional.empty();

  private HadoopCheckpoints(HadoopFiles files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  /**
   * A folder, which is made if it is missing.
   *
   * @param folder such as {@code hdfs:///run} or {@code s3a://bucket/run}
   */
  public static HadoopCheckpoints at(SparkSession spark, String folder) {
    return new HadoopCheckpoints(
        new HadoopFiles(spark.sessionState().newHadoopConf()), new Path(folder));
  }

  /** What is done with the file system. */
  private interface Action<T> {
    T with(FileSystem system) throws IOException;
  }

  private <T> T system(String what, Action<T> action) {
    try {
      return action.with(files.system(folder));
    } catch (IOException e) {
      throw new FileException(SafeText.format("%s: %s (%s)", folder, what, e), e);
    }
  }

  /** Files whose names end so, the highest number first. */
  private static List<Path> numbered(FileSystem system, Path folder, String suffix)
      throws IOException {
    if (!system.exists(folder)) {
      return List.of();
    }
    return Arrays.stream(system.listStatus(folder))
        .map(FileStatus::getPath)
        .filter(path -> path.getName().matches("\\d{" + DIGITS + "}\\Q" + suffix + "\\E"))
        .sorted(Comparator.comparing(Path::getName).reversed())
        .toList();
  }

  private static long number(List<Path> descending) {
    return descending.isEmpty()
        ? 0
        : Long.parseLong(descending.get(0).getName().substring(0, DIGITS));
  }

  private static String name(long number, String suffix) {
    return String.format(Locale.ROOT, NUMBER, number) + suffix;
  }

  @Override
  public Lock lock() {
    claim =
        Optional.of(
            system(
                "checkpoints cannot be written into this folder",
                system -> {
                  system.mkdirs(folder);
                  List<Path> others = numbered(system, folder, OWNER);
                  Path own = new Path(folder, name(number(others) + 1, OWNER));
                  try (OutputStream out = system.create(own, false)) {
                    out.write(id.getBytes(StandardCharsets.UTF_8));
                  }
                  return own;
                }));
    return () -> {
      system("the claim cannot be deleted", system -> system.delete(claim.orElseThrow(), false));
      claim = Optional.empty();
    };
  }

  private void requireOwn(FileSystem system) throws IOException {
    Path own = claim.orElseThrow(() -> new IllegalStateException("lock comes first"));
    List<Path> all = numbered(system, folder, OWNER);
    boolean newest = !all.isEmpty() && all.get(0).getName().equals(own.getName());
    if (newest) {
      try (InputStream in = system.open(own)) {
        newest = new String(in.readAllBytes(), StandardCharsets.UTF_8).equals(id);
      }
    }
    if (!newest) {
      throw new FileException(
          SafeText.format(
              "%s: a later training run has taken this folder over%n  fix: let one of them use"
                  + " another folder",
              folder));
    }
  }

  @Override
  public void clear() {
    system(
        "the old checkpoints cannot be deleted",
        system -> {
          if (system.exists(folder)) {
            for (FileStatus file : system.listStatus(folder)) {
              if (file.getPath().getName().matches(CHECKPOINT)) {
                system.delete(file.getPath(), false);
              }
            }
          }
          return true;
        });
  }

  @Override
  public void write(String name, SafetensorsWriter file) {
    String suffix = "-" + name;
    long number =
        system(
            "checkpoints cannot be listed",
            system -> {
              requireOwn(system);
              return number(numbered(system, folder, suffix)) + 1;
            });
    Path place = new Path(folder, name(number, suffix));
    String[] seal = new String[1];
    files.write(
        place,
        local -> {
          file.write(local);
          seal[0] = seal(local);
        });
    files.write(new Path(folder, name(number, suffix + DONE)), seal[0]);
    system(
        "older checkpoints cannot be deleted",
        system -> {
          for (String each : List.of(suffix + DONE, suffix)) {
            for (Path old : numbered(system, folder, each)) {
              if (Long.parseLong(old.getName().substring(0, DIGITS)) < number) {
                system.delete(old, false);
              }
            }
          }
          return true;
        });
  }

  @Override
  public void delete(String name) {
    system(
        "old checkpoints cannot be deleted",
        system -> {
          for (String each : List.of("-" + name + DONE, "-" + name)) {
            for (Path old : numbered(system, folder, each)) {
              system.delete(old, false);
            }
          }
          return true;
        });
  }

  @Override
  public <T> Optional<T> read(Function<Weights, T> reader) {
    Optional<Path> newest = newest(LAST);
    return newest.map(
        place ->
            files.read(
                place,
                local -> {
                  requireWhole(place, local);
                  try (Weights weights = Weights.open(local)) {
                    return reader.apply(weights);
                  }
                }));
  }

  /** Where the weights of the best epoch are; empty if there are none yet. */
  public Optional<String> best() {
    return newest(BEST).map(Path::toString);
  }

  /** Where the last checkpoint is; empty if there is none yet. */
  public Optional<String> last() {
    return newest(LAST).map(Path::toString);
  }

  private Optional<Path> newest(String name) {
    String suffix = "-" + name;
    return system(
        "checkpoints cannot be listed",
        system -> {
          for (Path done : numbered(system, folder, suffix + DONE)) {
            String file = done.getName();
            Path place = new Path(folder, file.substring(0, file.length() - DONE.length()));
            if (system.exists(place)) {
              return Optional.of(place);
            }
          }
          return Optional.empty();
        });
  }

  private void requireWhole(Path place, java.nio.file.Path local) throws IOException {
    String expected = files.text(new Path(folder, place.getName() + DONE));
    String found = seal(local);
    if (!found.equals(expected)) {
      throw new FileException(
          SafeText.format(
              "%s: is not what was written (length and SHA-256 are %s, expected %s)%n  fix: delete"
                  + " it, or startOver()",
              place, found, SafeText.excerpt(expected)));
    }
  }

  /** Length and SHA-256. */
  private static String seal(java.nio.file.Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return Files.size(file) + " " + HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public String describe(String name) {
    return new Path(folder, "*-" + name).toString();
  }
}
