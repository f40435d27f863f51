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

/** All measurements so far, kept in a file so that a table can be measured piece by piece. */
final class Results {
  private final Path file;
  private final List<Measurement> measurements;

  private Results(Path file, List<Measurement> measurements) {
    this.file = file;
    this.measurements = measurements;
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

  /** Opens the file, which need not exist. */
  static Results open(Path file) throws IOException {
    List<Measurement> measurements = new ArrayList<>();
    if (Files.exists(file)) {
      Files.readAllLines(file).stream()
          .filter(Predicate.not(Measurement.HEADER::equals))
          .map(Measurement::parse)
          .forEach(measurements::add);
    } else {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, Measurement.HEADER + "\n");
    }
    return new Results(file, measurements);
  }

  /** Adds a measurement, in the file too. */
  void add(Measurement measurement) throws IOException {
    measurements.add(measurement);
    Files.writeString(file, measurement.line() + "\n", StandardOpenOption.APPEND);
  }

  List<Measurement> measurements() {
    return List.copyOf(measurements);
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
