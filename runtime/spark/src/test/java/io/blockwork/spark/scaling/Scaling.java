package io.blockwork.spark.scaling;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Prints the tables of {@code SCALING.md}. */
final class Scaling {
  private static final int[] WORKERS = {2, 4, 8, 16, 32, 64, 125, 250, 500, 1000};
  private static final int[] GIGABITS = {1, 10, 25, 100};
  private static final double SHARE = 0.8;
  private static final double BITS = 1e9 / 8;
  private static final long SEED = 1;

  private Scaling() {}

  /** Prints them. */
  public static void main(String[] args) {
    System.out.print(tables());
  }

  private static Map<String, Work> works() {
    Map<String, Work> works = new LinkedHashMap<>();
    works.put("ResNet-20, 128 images of 32 x 32 a step, 1 core", Measured.resNet20());
    works.put(
        "ResNet-50, 32 images of 224 x 224 a step, 16 cores, exact", Measured.resNet50(false));
    works.put("ResNet-50, 32 images of 224 x 224 a step, 16 cores, bf16", Measured.resNet50(true));
    return works;
  }

  /** All tables, one behind the other. */
  static String tables() {
    StringBuilder text = new StringBuilder();
    works()
        .forEach(
            (name, work) -> {
              text.append(line("### %s%n%n| workers |", name));
              for (int gigabits : GIGABITS) {
                text.append(line(" %d Gbit/s |", gigabits));
              }
              text.append("\n| ---: |").append(" ---: |".repeat(GIGABITS.length)).append('\n');
              for (int workers : WORKERS) {
                text.append(line("| %d |", workers));
                for (int gigabits : GIGABITS) {
                  Machines machines = Measured.machines(workers, gigabits * BITS);
                  text.append(cell(new Simulation(machines, work, SEED)));
                }
                text.append('\n');
              }
              text.append('\n');
            });
    return text + stragglers();
  }

  private static String cell(Simulation simulation) {
    OptionalInt least = simulation.leastSteps(SHARE);
    return line(
        " %.1f; %s |", simulation.speedUp(1), least.isPresent() ? "H " + least.getAsInt() : "none");
  }

  /** How much longer than a step alone the slowest worker's steps take. */
  private static String stragglers() {
    StringBuilder text =
        new StringBuilder("### Stragglers\n\n| workers | H = 1 | H = 16 | H = 256 |\n");
    text.append("| ---: | ---: | ---: | ---: |\n");
    Work steps = Measured.resNet20().stepSeconds(1);
    for (int workers : WORKERS) {
      Simulation simulation = new Simulation(Measured.machines(workers, BITS), steps, SEED);
      text.append(line("| %d |", workers));
      for (int local : new int[] {1, 16, 256}) {
        text.append(line(" %.1f %% |", 100 * (simulation.arithmetic(local) / local - 1)));
      }
      text.append('\n');
    }
    return text.append('\n').toString();
  }

  private static String line(String format, Object... args) {
    return String.format(Locale.ROOT, format, args).replace("\r", "");
  }
}
