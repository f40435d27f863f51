package io.blockwork.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.engine.EngineOptions;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.plans.InferencePlanner;
import io.blockwork.graph.plans.TrainingPlanner;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.interpreter.RandomGraph.Case;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Random graphs over all operations. {@code -Dblockwork.graphs=5000} compiles and runs more of them
 * than the ordinary run does, {@code -Dblockwork.firstGraph=N} begins at another seed.
 */
@DisplayName("Random graphs, compiled and run, equal the interpreter")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RandomGraphsTest {
  private static final long FIRST = Long.getLong("blockwork.firstGraph", 1);
  private static final int GRAPHS = Integer.getInteger("blockwork.graphs", 200);
  private static final int PLANNED = 20 * GRAPHS;

  private final Map<String, Comparison> comparisons = new LinkedHashMap<>();

  @BeforeAll
  void compile() {
    Map<String, Case> cases = new LinkedHashMap<>();
    for (long seed = FIRST; seed < FIRST + GRAPHS; seed++) {
      cases.put("G" + seed, RandomGraph.of(seed));
    }
    Map<String, Class<? extends Network>> types = GraphCompiler.compile(cases);
    cases.forEach(
        (name, each) ->
            comparisons.put(
                name,
                new Comparison(
                    Long.parseLong(name.substring(1)),
                    each,
                    Objects.requireNonNull(types.get(name), name))));
  }

  @Test
  void everyOperationHasARule() {
    Set<Class<?>> known =
        new HashSet<>(new Operations(new Tape(), Map.of(), true, Masks.none(), Map.of()).kinds());
    known.add(Input.class);
    assertEquals(Set.copyOf(Arrays.asList(Op.class.getPermittedSubclasses())), known);
  }

  @Test
  void manyMoreHaveASoundPlan() {
    for (long seed = FIRST; seed < FIRST + PLANNED; seed++) {
      var graph = RandomGraph.of(seed).graph();
      InferencePlanner.plan(Transforms.forInference(graph));
      TrainingPlanner.plan(Transforms.forTraining(graph));
    }
  }

  @Test
  void inferInDouble() {
    infer(EngineOptions.named("nd4j"), DataType.DOUBLE, 1e-9);
  }

  @Test
  void inferOnOneDnn() {
    infer(EngineOptions.named("onednn"), DataType.FLOAT, 1e-4);
  }

  @Test
  void trainInDouble() {
    train(EngineOptions.named("nd4j"), DataType.DOUBLE, 1e-8);
  }

  @Test
  void trainOnOneDnn() {
    train(EngineOptions.named("onednn"), DataType.FLOAT, 2e-3);
  }

  private void infer(EngineOptions engine, DataType dataType, double bound) {
    each(
        comparison -> {
          comparison.infer(engine, dataType, bound);
          return true;
        });
  }

  private void train(EngineOptions engine, DataType dataType, double bound) {
    int compared = each(comparison -> comparison.train(engine, dataType, bound));
    assertTrue(compared > GRAPHS / 2, "only " + compared + " were far from kinks");
  }

  private interface Check {
    boolean compares(Comparison comparison) throws Exception;
  }

  /** Checks every graph, and shows all that fail; returns how many were compared. */
  private int each(Check check) {
    int compared = 0;
    StringBuilder failures = new StringBuilder();
    for (var each : comparisons.entrySet()) {
      try {
        compared += check.compares(each.getValue()) ? 1 : 0;
      } catch (Exception | Error e) {
        failures.append("%n%s: %s%n%s".formatted(each.getKey(), e, each.getValue()));
      }
    }
    assertEquals("", failures.toString());
    return compared;
  }
}
