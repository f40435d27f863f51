package io.blockwork.benchmark;

import io.blockwork.benchmark.Work.Kind;
import io.blockwork.engine.Precision;
import io.blockwork.engine.onednn.OneDnnEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/**
 * Measures the rows of the table whose names match the system property {@code works}, by the
 * contenders whose names match {@code contenders}, as many {@code rounds} as asked for, and adds
 * all to the file {@code results}; then prints the table of what is in the file, and writes it
 * beside it. Our own contenders' measurements count only if they are of the present build: after a
 * change only ours need be measured again. A process during which others were busy is repeated,
 * until it was tried {@code tries} times (3); the least disturbed try counts.
 */
final class PeerRun {
  /** Percent of the processors from which on other processes disturb. */
  static final double DISTURBED = 5;

  /** The system property with the number of threads that everyone computes with. */
  static final String THREADS = "threads";

  static final int DEFAULT_THREADS = 2;

  private final Pattern contenders = Pattern.compile(System.getProperty("contenders", "."));
  private final String build;
  private final int tries = Integer.getInteger("tries", 3);
  private final Path folder = Path.of(System.getProperty(TorchExport.FOLDER, "."));

  PeerRun() throws IOException {
    build = Build.id();
  }

  void run() throws IOException, InterruptedException {
    Path file = Path.of(System.getProperty("results", folder.resolve("results.tsv").toString()));
    Pattern pattern = Pattern.compile(System.getProperty("works", "."));
    int rounds = Integer.getInteger("rounds", 5);
    Results results = Results.open(file, build);
    if (results.ofOtherBuilds() > 0) {
      System.err.printf(
          "%d measurements of other builds of ours do not count; this is build %s.%n",
          results.ofOtherBuilds(), build);
    }
    if (rounds > 0) {
      List<Work> works = Work.all().stream().filter(w -> pattern.matcher(w.name()).find()).toList();
      measure(works, rounds, results);
    }
    String table = new PeerTable(results).markdown();
    System.out.println(table);
    Files.writeString(
        file.resolveSibling(file.getFileName().toString().replaceAll("\\.[^.]*$", "") + ".md"),
        table);
  }

  private void measure(List<Work> works, int rounds, Results results)
      throws IOException, InterruptedException {
    Optional<String> notExported = TorchExport.ensure();
    notExported.ifPresent(
        why ->
            System.err.println(
                "Without ONNX Runtime, and with DJL's own blocks in place of TorchScript: " + why));
    boolean bfloat16 = OneDnnEngine.isNative(Precision.BFLOAT16);
    if (!bfloat16) {
      System.err.println("Without bfloat16: this processor has no instructions for it.");
    }
    Files.createDirectories(folder.resolve("log"));
    for (int round = 1; round <= rounds; round++) {
      for (Work work : works) {
        for (String contender : contenders(work, notExported.isEmpty(), bfloat16)) {
          Optional<Measurement> measured = quietly(work, contender);
          if (measured.isPresent()) {
            results.add(measured.get());
            System.err.printf("round %d: %s%n", round, measured.get().line());
          }
        }
      }
    }
  }

  private List<String> contenders(Work work, boolean exported, boolean bfloat16) {
    return work.contenders(exported, bfloat16).stream()
        .filter(name -> contenders.matcher(name).find())
        .toList();
  }

  private Optional<Measurement> quietly(Work work, String contender)
      throws IOException, InterruptedException {
    Path log = folder.resolve("log").resolve(work.name().replace(' ', '-') + "." + contender);
    try {
      Measurement measured = once(work, contender, log);
      for (int i = 1; i < tries && measured.others() > DISTURBED; i++) {
        System.err.println("others were busy, again: " + measured.line());
        Measurement again = once(work, contender, log);
        measured = again.others() < measured.others() ? again : measured;
      }
      return Optional.of(measured);
    } catch (RunnerException | IOException e) {
      System.err.printf("%s, %s: failed, see %s: %s%n", work.name(), contender, log, e);
      return Optional.empty();
    }
  }

  private Measurement once(Work work, String contender, Path log)
      throws RunnerException, IOException, InterruptedException {
    if (work.kind() == Kind.START) {
      Blockwork.weights(work.subject());
    }
    if (work.kind() == Kind.MEMORY || work.kind() == Kind.START) {
      SingleRun.Outcome one = SingleRun.measure(work, contender, log);
      return new Measurement(
          now(), build, work.name(), contender, one.value(), one.value(), 1, one.others());
    }
    Class<?> benchmark = work.kind() == Kind.INFERENCE ? Inference.class : TrainingStep.class;
    RunResult result =
        new Runner(
                new OptionsBuilder()
                    .include("^" + Pattern.quote(benchmark.getName()) + "\\.")
                    .param("network", work.subject().key())
                    .param("batch", String.valueOf(work.batch()))
                    .param("contender", contender)
                    .jvmArgsAppend(Inference.HEAP, Inference.NATIVE, threads(work))
                    .addProfiler(OtherProcesses.class)
                    .shouldFailOnError(true)
                    .output(log.toString())
                    .build())
            .runSingle();
    Statistics samples = result.getPrimaryResult().getStatistics();
    double others =
        result.getSecondaryResults().entrySet().stream()
            .filter(e -> e.getKey().endsWith(OtherProcesses.LABEL))
            .mapToDouble(e -> e.getValue().getScore())
            .max()
            .orElse(0);
    return new Measurement(
        now(),
        build,
        work.name(),
        contender,
        samples.getPercentile(50),
        samples.getMin(),
        samples.getN(),
        others);
  }

  private static String threads(Work work) {
    return "-D" + THREADS + "=" + work.threads();
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
