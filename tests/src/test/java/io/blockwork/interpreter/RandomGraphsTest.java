package io.blockwork.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.blockwork.Network;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.plans.InferencePlanner;
import io.blockwork.graph.plans.TrainingPlanner;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.interpreter.RandomGraph.Case;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Random graphs over all operations, a batch at a time. The profile {@code nightly} compiles and
 * runs thousands of them: {@code blockwork.graphs} is their number, {@code blockwork.firstGraph}
 * the seed of the first.
 */
@DisplayName("Random graphs, compiled and run, equal the interpreter")
final class RandomGraphsTest {
  private static final long FIRST = Long.getLong("blockwork.firstGraph", 1);
  private static final int GRAPHS = Integer.getInteger("blockwork.graphs", 200);
  private static final int BATCH = 200;
  private static final int PLANNED = 20 * GRAPHS;

  /** How many times the error of random rounding 8-bit integers may have; 7 bits twice that. */
  private static final double ROUNDING = OneDnnEngine.weightBits() == Byte.SIZE ? 3 : 6;

  @Test
  void everyOperationHasARule() {
    Set<Class<?>> known =
        new HashSet<>(
            new Operations(new Tape(), Map.of(), true, Set.of(), Masks.none(), Map.of()).kinds());
    known.add(Input.class);
    assertEquals(Set.copyOf(Op.kinds()), known);
  }

  @Test
  void manyMoreHaveASoundPlan() {
    for (long seed = FIRST; seed < FIRST + PLANNED; seed++) {
      var graph = RandomGraph.of(seed).graph();
      InferencePlanner.plan(Transforms.forInference(graph));
      TrainingPlanner.plan(Transforms.forTraining(graph));
    }
  }

  @TestFactory
  Stream<DynamicContainer> batches() {
    return LongStream.iterate(FIRST, seed -> seed < FIRST + GRAPHS, seed -> seed + BATCH)
        .mapToObj(first -> batch(first, Math.min(first + BATCH, FIRST + GRAPHS)));
  }

  private static DynamicContainer batch(long first, long end) {
    List<Comparison> comparisons = compile(first, end);
    return dynamicContainer(
        "graphs " + first + " to " + (end - 1),
        Stream.of(
            dynamicTest("infer in double", () -> infer(comparisons, DataType.DOUBLE, 1e-9)),
            dynamicTest("infer on oneDNN", () -> infer(comparisons, DataType.FLOAT, 1e-4)),
            dynamicTest("infer in 8-bit integers", () -> inferInIntegers(comparisons)),
            dynamicTest("train in double", () -> train(comparisons, DataType.DOUBLE, 1e-8)),
            dynamicTest("train on oneDNN", () -> train(comparisons, DataType.FLOAT, 2e-3)),
            dynamicTest(
                "train what is not frozen, in double",
                () -> trainTheRest(comparisons, DataType.DOUBLE, 1e-8)),
            dynamicTest(
                "train what is not frozen, on oneDNN",
                () -> trainTheRest(comparisons, DataType.FLOAT, 2e-3))));
  }

  private static List<Comparison> compile(long first, long end) {
    Map<String, Case> cases = new LinkedHashMap<>();
    for (long seed = first; seed < end; seed++) {
      cases.put("G" + seed, RandomGraph.of(seed));
    }
    Map<String, Class<? extends Network>> types = GraphCompiler.compile(cases);
    List<Comparison> comparisons = new ArrayList<>();
    cases.forEach(
        (name, each) ->
            comparisons.add(
                new Comparison(
                    Long.parseLong(name.substring(1)),
                    each,
                    Objects.requireNonNull(types.get(name), name))));
    return comparisons;
  }

  private static void infer(List<Comparison> comparisons, DataType dataType, double bound) {
    each(
        comparisons,
        comparison -> {
          comparison.infer(dataType, bound);
          return true;
        });
  }

  /** Half of the graphs lose hardly anything, and none much more than rounding alone costs. */
  private static void inferInIntegers(List<Comparison> comparisons) {
    List<Double> errors = new ArrayList<>();
    each(
        comparisons,
        comparison -> {
          double error = comparison.inferInIntegers();
          errors.add(error);
          if (error > 0.02) {
            double bound = ROUNDING * comparison.roundingToIntegers();
            assertTrue(error <= bound, () -> "error %s, bound %s".formatted(error, bound));
          }
          return true;
        });
    errors.sort(null);
    assertTrue(errors.get(errors.size() / 2) <= 0.02, errors::toString);
  }

  private static void train(List<Comparison> comparisons, DataType dataType, double bound) {
    int compared = each(comparisons, comparison -> comparison.train(dataType, bound));
    assertTrue(compared > comparisons.size() / 2, "only " + compared + " were far from kinks");
  }

  /** Every third graph: most layers are trained as they are with nothing frozen. */
  private static void trainTheRest(List<Comparison> comparisons, DataType dataType, double bound) {
    List<Comparison> some =
        IntStream.range(0, comparisons.size())
            .filter(i -> i % 3 == 0)
            .mapToObj(comparisons::get)
            .toList();
    int compared = each(some, comparison -> comparison.trainTheRest(dataType, bound));
    assertTrue(compared > some.size() / 3, "only " + compared + " were far from kinks");
  }

  private interface Check {
    boolean compares(Comparison comparison) throws Exception;
  }

  /**
   * Checks every graph, and shows all that fail; returns how many were compared. Hardly any may
   * need a bound of its own.
   */
  private static int each(List<Comparison> comparisons, Check check) {
    int compared = 0;
    StringBuilder failures = new StringBuilder();
    for (Comparison each : comparisons) {
      try {
        compared += check.compares(each) ? 1 : 0;
      } catch (Exception | Error e) {
        failures.append("%n%s%n%s".formatted(e, each));
      }
    }
    assertEquals("", failures.toString());
    List<Comparison> magnifying =
        comparisons.stream().filter(Comparison::magnifiesRounding).toList();
    assertTrue(magnifying.size() <= 2 + comparisons.size() / 100, magnifying::toString);
    return compared;
  }
}
