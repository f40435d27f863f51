package io.blockwork.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * All measurements so far, kept in a file so that a table can be measured piece by piece. Those of
 * our own contenders count only if they are of the present build; others' always do. The file keeps
 * all.
 */
final class Results {
  private final Path file;
  private final List<Measurement> measurements;
  private final int ofOtherBuilds;

  private Results(Path file, List<Measurement> measurements, int ofOtherBuilds) {
    this.file = file;
    this.measurements = measurements;
    this.ofOtherBuilds = ofOtherBuilds;
  }

  /**
   * What a contender needs for a work.
   *
   * @param contender who
   * @param median of the medians of the rounds
   * @param min of all samples
   * @param rounds how many there were
   */
  record Value(String contender, double median, double min, int rounds) {}

  /**
   * Opens the file, which need not exist.
   *
   * @param build the present one of ours
   * @throws IOException if the file cannot be read, or has other columns
   */
  static Results open(Path file, String build) throws IOException {
    List<Measurement> all = new ArrayList<>();
    if (Files.exists(file)) {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.get(0).equals(Measurement.HEADER)) {
        throw new IOException(
            """
            %s does not begin with the columns '%s' but with '%s'. \
            Without the column 'build' nobody can tell which build was measured: \
            delete the file, and measure anew.\
            """
                .formatted(file, Measurement.HEADER, lines.isEmpty() ? "" : lines.get(0)));
      }
      lines.stream()
          .filter(Predicate.not(Measurement.HEADER::equals))
          .map(Measurement::parse)
          .forEach(all::add);
    } else {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, Measurement.HEADER + "\n");
    }
    List<Measurement> counting = new ArrayList<>(all);
    counting.removeIf(m -> !m.tellsOf(build));
    return new Results(file, counting, all.size() - counting.size());
  }

  /** Adds a measurement, in the file too. */
  void add(Measurement measurement) throws IOException {
    measurements.add(measurement);
    Files.writeString(file, measurement.line() + "\n", StandardOpenOption.APPEND);
  }

  /** Those that count. */
  List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  /** How many measurements in the file do not count. */
  int ofOtherBuilds() {
    return ofOtherBuilds;
  }

  /** What a contender needs, or nothing if that was not measured. */
  Optional<Value> value(Work work, String contender) {
    List<Measurement> of =
        measurements.stream()
            .filter(m -> m.work().equals(work.name()) && m.contender().equals(contender))
            .toList();
    if (of.isEmpty()) {
      return Optional.empty();
    }
    double[] medians = of.stream().mapToDouble(Measurement::median).sorted().toArray();
    int n = medians.length;
    double median = (medians[(n - 1) / 2] + medians[n / 2]) / 2;
    double min = of.stream().mapToDouble(Measurement::min).min().getAsDouble();
    return Optional.of(new Value(contender, median, min, n));
  }

  /** What the best of several needs: the one whose median is least. */
  Optional<Value> best(Work work, Collection<String> contenders) {
    return contenders.stream()
        .flatMap(c -> value(work, c).stream())
        .min(Comparator.comparingDouble(Value::median));
  }
}
