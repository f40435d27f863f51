package io.blockwork.spark.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the simulation says agrees with what was measured, and with what must be so. */
class SimulationTest {
  private static final Traffic FREE = new Traffic(4, 4, 0, 0, 0, 0);

  private static Machines machines(int workers, double spread, double slow, double slowness) {
    return new Machines(workers, 1.25e9, 0, 0, spread, slow, slowness);
  }

  @Test
  void measuredRoundsAreWithinFifteenPercent() {
    for (Measured.Round each : Measured.ROUNDS) {
      double simulated = new Simulation(each.machines(), each.work(), 1).round(each.steps());
      assertEquals(each.seconds(), simulated, 0.15 * each.seconds(), each.toString());
    }
    assertEquals(
        Set.of(1, 2),
        Measured.ROUNDS.stream()
            .map(each -> each.machines().workers())
            .collect(Collectors.toSet()));
  }

  @Test
  void withoutCostsARoundIsItsSteps() {
    Simulation simulation = new Simulation(machines(2, 0, 0, 1), new Work(0, 0.5, 10, FREE), 1);
    assertEquals(2, simulation.round(4), 1e-12);
    assertEquals(2, simulation.speedUp(4), 1e-12);
    assertEquals(OptionalInt.of(1), simulation.leastSteps(0.99));
  }

  @Test
  void bytesGoOutOnceAndComeBackFromEachWorker() {
    Simulation simulation = new Simulation(machines(3, 0, 0, 1), new Work(625e6, 0, 10, FREE), 1);
    // 2.5 GB out, a block more for the second hop, and 3 times 2.5 GB back, at 1.25 GB/s.
    assertEquals(2 + (4 << 20) / 1.25e9 + 6, simulation.exchange(), 1e-9);
  }

  @Test
  void costsOfBytesAddUp() {
    Work work = new Work(1000, 0, 1, new Traffic(4, 2, 1, 10, 100, 1000));
    Machines machines = new Machines(5, 1e18, 7, 0.5, 0, 0, 1);
    // The job, 5 tasks, 4,000 bytes sent, 2,000 packed by all workers at a time, unpacked four
    // answers at a time and then one, 10,000 added up.
    assertEquals(
        7 + 2.5 + 4_000 + 20_000 + 400_000 + 10_000_000,
        new Simulation(machines, work, 1).exchange(),
        1e-6);
  }

  @Test
  void oneSlowMachineIsWaitedFor() {
    Simulation simulation = new Simulation(machines(10, 0, 0.1, 3), new Work(0, 1, 1, FREE), 1);
    assertEquals(3, simulation.round(1), 1e-12);
  }

  @Test
  void theSlowestOfManyIsSlowerAndManyStepsEvenOut() {
    Simulation simulation = new Simulation(machines(100, 0.1, 0, 1), new Work(0, 1, 1, FREE), 1);
    // The largest of a hundred normal numbers is 2.508 deviations above their mean, on average.
    assertEquals(1.2508, simulation.arithmetic(1), 0.01);
    assertEquals(100 + 2.508, simulation.arithmetic(100), 0.1);
  }

  @Test
  void moreStepsAreNeededWhereTheNetworkIsSlower() {
    Work work = Measured.resNet50(false);
    int last = Integer.MAX_VALUE;
    for (double bandwidth : List.of(0.125e9, 1.25e9, 12.5e9)) {
      int least =
          new Simulation(Measured.machines(64, bandwidth), work, 1).leastSteps(0.8).orElseThrow();
      assertTrue(least <= last);
      last = least;
    }
  }

  @Test
  void thePageShowsWhatTheSimulationSays() throws Exception {
    String page = Files.readString(Path.of("SCALING.md"));
    String begin = "<!-- tables -->\n";
    String tables =
        page.substring(
            page.indexOf(begin) + begin.length(), page.indexOf("<!-- end of tables -->"));
    assertEquals(Scaling.tables(), tables, "the program Scaling prints other tables");
  }
}
