package io.blockwork.benchmark;

import io.blockwork.benchmark.Results.Value;
import io.blockwork.engine.onednn.OneDnnEngine;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The results as Markdown: a table of all times, with the ratio to each peer and to the arithmetic
 * floor, and a table of what we want to reach. Every number comes twice: by the medians, and by the
 * minima in brackets.
 */
final class PeerTable {
  private final Results results;

  PeerTable(Results results) {
    this.results = results;
  }

  /** Both tables. */
  String markdown() {
    return header() + "\n" + times() + "\n" + bars();
  }

  private String header() {
    List<Measurement> all = results.measurements();
    String from = all.stream().map(Measurement::time).min(String::compareTo).orElse("");
    String to = all.stream().map(Measurement::time).max(String::compareTo).orElse("");
    long disturbed = all.stream().filter(m -> m.others() > PeerRun.DISTURBED).count();
    return """
    Measured %s to %s on %s, Java %s, %d threads each unless the row says less. Medians over the rounds of the medians of a round, and in brackets the least sample. \
    Ratios are ours to theirs: below 1 we are faster. A difference under a tenth is none. \
    In rows of bf16, DJL's inference is bf16 too; its training, ONNX Runtime and DL4J are f32. In rows of int8, ONNX Runtime is int8 too, on our own export. \
    The floor is the network's arithmetic at the rate of its fastest convolution. \
    Of %d processes whose surroundings were watched, others took more than %.0f %% of the machine during %d.
    """
        .formatted(
            from,
            to,
            OneDnnEngine.processor(),
            Runtime.version().feature(),
            Contender.THREADS,
            all.stream().filter(m -> !Double.isNaN(m.others())).count(),
            PeerRun.DISTURBED,
            disturbed);
  }

  private String times() {
    StringBuilder table =
        new StringBuilder(
            """
            | work | batch | rounds | Blockwork | floor | ratio | ONNX Runtime | ratio | DJL PyTorch | variant | ratio | DL4J zoo | ratio |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: |
            """);
    for (Work work : Work.all()) {
      String name = work.kind().name().toLowerCase(Locale.ROOT) + " " + work.subject().key();
      if (work.single()) {
        name += ", 1 thread";
      }
      List<String> djl =
          work.kind() == Work.Kind.TRAINING || work.kind() == Work.Kind.MEMORY
              ? List.of("djl")
              : Bar.DJL;
      row(table, work, name, "blockwork", "floor", djl);
      row(table, work, name + ", memoryEfficient", "blockwork-memory-efficient", "", djl);
      row(table, work, name + ", float[]", "blockwork-plain", "", djl);
      List<String> half = work.kind() == Work.Kind.INFERENCE ? List.of("djl-bf16") : djl;
      row(table, work, name + " bf16", "blockwork-bf16", "floor-bf16", half);
      row(table, work, name + " direct", "blockwork-direct", "", List.of());
      row(table, work, name + " int8", "blockwork-int8", "", "onnxruntime-int8", List.of());
      row(table, work, name + ", not divided", "blockwork-whole", "", List.of());
    }
    return table.toString();
  }

  private void row(
      StringBuilder table, Work work, String name, String ours, String floor, List<String> djl) {
    row(table, work, name, ours, floor, "onnxruntime", djl);
  }

  private void row(
      StringBuilder table,
      Work work,
      String name,
      String ours,
      String floor,
      String onnx,
      List<String> djl) {
    Optional<Value> own = results.value(work, ours);
    if (own.isEmpty()) {
      return;
    }
    Value us = own.get();
    String unit = work.kind().unit();
    Optional<Value> best = results.best(work, djl);
    table.append(
        "| %s | %d | %d | %s | %s | %s | %s | %s | %s | %s |\n"
            .formatted(
                name,
                work.batch(),
                us.rounds(),
                cell(us, unit),
                against(us, results.value(work, floor), unit),
                against(us, results.value(work, onnx), unit),
                best.map(v -> cell(v, unit)).orElse(""),
                best.map(Value::contender).orElse(""),
                best.map(v -> ratio(us, v)).orElse(""),
                against(us, results.value(work, "dl4j"), unit)));
  }

  private static String against(Value us, Optional<Value> peer, String unit) {
    return peer.map(v -> cell(v, unit) + " | " + ratio(us, v)).orElse(" | ");
  }

  private static String cell(Value value, String unit) {
    return "%s (%s) %s".formatted(number(value.median()), number(value.min()), unit);
  }

  private static String ratio(Value us, Value them) {
    return pair(us.median() / them.median(), us.min() / them.min());
  }

  private static String pair(double median, double min) {
    return String.format(Locale.ROOT, "%.2f (%.2f)", median, min);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
  }

  private String bars() {
    StringBuilder table =
        new StringBuilder(
            """
            | bar | peer | works | each at most | highest | mean at most | geometric mean | |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
            """);
    for (Bar bar : Bar.all()) {
      List<Compared> compared =
          Work.all().stream().flatMap(work -> compare(bar, work).stream()).toList();
      if (!compared.isEmpty()) {
        long works = Work.all().stream().filter(bar.works()).count();
        table.append(barRow(bar, works, compared));
      }
    }
    return table.toString();
  }

  private record Compared(Work work, double median, double min) {}

  private Optional<Compared> compare(Bar bar, Work work) {
    if (!bar.works().test(work)) {
      return Optional.empty();
    }
    Optional<Value> ours = results.value(work, bar.ours());
    Optional<Value> theirs = results.best(work, bar.variants());
    return ours.flatMap(
        us ->
            theirs.map(
                them -> new Compared(work, us.median() / them.median(), us.min() / them.min())));
  }

  private static String barRow(Bar bar, long works, List<Compared> compared) {
    double highest = highest(compared, Compared::median);
    double mean = mean(compared, Compared::median);
    List<String> missed =
        compared.stream()
            .filter(c -> c.median() > bar.each())
            .map(
                c ->
                    String.format(
                        Locale.ROOT,
                        "%s batch %d%s: %.2f (%.2f)",
                        c.work().subject().key(),
                        c.work().batch(),
                        c.work().single() ? ", 1 thread" : "",
                        c.median(),
                        c.min()))
            .toList();
    boolean meanMissed = bar.mean().isPresent() && mean > bar.mean().getAsDouble();
    boolean complete = compared.size() == works;
    String verdict =
        missed.isEmpty() && !meanMissed
            ? complete ? "PASS" : "PASS so far"
            : "miss"
                + missed.stream().map(m -> "; " + m).collect(Collectors.joining())
                + (meanMissed ? "; the mean" : "");
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d of %d | %.2f | %s | %s | %s | %s |\n",
        bar.name(),
        bar.peer(),
        compared.size(),
        works,
        bar.each(),
        pair(highest, highest(compared, Compared::min)),
        bar.mean().isPresent() ? String.format(Locale.ROOT, "%.2f", bar.mean().getAsDouble()) : "",
        bar.mean().isPresent() ? pair(mean, mean(compared, Compared::min)) : "",
        verdict);
  }

  private static double highest(List<Compared> compared, ToDoubleFunction<Compared> ratio) {
    return compared.stream().mapToDouble(ratio).max().orElse(Double.NaN);
  }

  private static double mean(List<Compared> compared, ToDoubleFunction<Compared> ratio) {
    return Math.exp(
        compared.stream()
            .mapToDouble(c -> Math.log(ratio.applyAsDouble(c)))
            .average()
            .orElse(Double.NaN));
  }
}
