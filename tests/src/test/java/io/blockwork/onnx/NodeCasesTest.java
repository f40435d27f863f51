package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.onnx.NodeCase.Outcome;
import io.blockwork.onnx.importer.Importer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ONNX's own tests of operators: each runs, is worked out, or is refused by name. */
class NodeCasesTest {
  @Test
  void everyCaseRunsFoldsOrIsRefusedByName() {
    Path folder = OnnxFiles.folder("node");
    Map<Outcome, List<String>> cases = new EnumMap<>(Outcome.class);
    List<String> wrong = new ArrayList<>();
    for (Path each : OnnxFiles.list(folder)) {
      NodeCase one = NodeCase.read(each);
      NodeCase.Result result = one.run();
      cases.computeIfAbsent(result.outcome(), o -> new ArrayList<>()).add(one.name());
      if (result.outcome() == Outcome.WRONG) {
        wrong.add(one.name() + " " + result.why());
      } else if (result.outcome() == Outcome.REFUSED) {
        boolean named =
            one.operators().stream().anyMatch(result.why()::contains)
                || result.why().matches("its (input|output) .*");
        assertWithMessage(one.name() + ": " + result.why()).that(named).isTrue();
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(cases.getOrDefault(Outcome.RUNS, List.of())).hasSize(RUNS);
    assertThat(cases.getOrDefault(Outcome.FOLDS, List.of())).hasSize(FOLDS);
    assertThat(cases.getOrDefault(Outcome.REFUSED, List.of())).hasSize(REFUSED);
  }

  private static final int RUNS = 89;
  private static final int FOLDS = 155;
  private static final int REFUSED = 37;

  @Test
  void knowsTheOperatorsThatItNames() {
    assertThat(Importer.supported()).containsNoDuplicates();
    assertThat(Importer.supported())
        .containsAtLeast("Conv", "Gemm", "BatchNormalization", "Concat");
  }
}
