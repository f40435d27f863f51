package io.blockwork.onnx.exporter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Op;
import io.blockwork.interpreter.RandomGraph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Every exported operation gives the interpreter's values in ONNX Runtime")
final class OperationsExportTest {
  private static final double BOUND = 1e-5;

  /** Errors of single precision add up in graphs of many operations. */
  private static final double RANDOM_BOUND = 1e-4;

  private static final int RANDOM_GRAPHS = Integer.getInteger("blockwork.graphs", 200);

  @TempDir private Path folder;

  @Test
  void thereIsAGraphForEveryOperation() {
    Set<Class<?>> seen = new HashSet<>();
    OpGraphs.all()
        .values()
        .forEach(graph -> graph.nodes().forEach(node -> seen.add(node.op().getClass())));
    assertThat(seen).containsExactlyElementsIn(Op.kinds());
  }

  @Test
  void everyFormOfEveryOperationInEveryOpset() throws Exception {
    StringBuilder failures = new StringBuilder();
    for (Map.Entry<String, Graph> each : OpGraphs.all().entrySet()) {
      try (GraphCase made = new GraphCase(each.getValue(), each.getKey().hashCode())) {
        for (int opset = OnnxExport.LEAST_OPSET; opset <= OnnxExport.MOST_OPSET; opset++) {
          collect(
              each.getKey() + ", opset " + opset,
              made,
              made.export().opset(opset),
              BOUND,
              failures);
        }
      }
    }
    assertEquals("", failures.toString());
  }

  @Test
  void randomGraphsWithNormsKeptAndFolded() throws Exception {
    StringBuilder failures = new StringBuilder();
    int opsets = OnnxExport.MOST_OPSET - OnnxExport.LEAST_OPSET + 1;
    for (int seed = 1; seed <= RANDOM_GRAPHS; seed++) {
      try (GraphCase made = new GraphCase(RandomGraph.of(seed).graph(), seed)) {
        OnnxExport export = made.export().opset(OnnxExport.LEAST_OPSET + seed % opsets);
        if (seed % 2 == 0) {
          export.foldNorms();
        }
        collect("graph " + seed, made, export, RANDOM_BOUND, failures);
      }
    }
    assertEquals("", failures.toString());
  }

  private void collect(
      String name, GraphCase made, OnnxExport export, double bound, StringBuilder failures)
      throws Exception {
    Path file = folder.resolve("case.onnx");
    try {
      export.to(file);
      assertThat(ModelRules.broken(ModelRules.read(file))).isEmpty();
      try (OrtModel model = OrtModel.load(file)) {
        for (int batch : new int[] {1, 3}) {
          float[] images = made.images(batch);
          float[] got = model.run(images, made.shape(batch));
          Differences.check("batch " + batch, made.expected(images, batch), got, bound);
        }
      }
    } catch (Exception | AssertionError e) {
      failures.append("%n%s: %s".formatted(name, e));
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
