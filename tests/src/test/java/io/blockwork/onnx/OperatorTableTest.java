package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.onnx.NodeCase.Outcome;
import io.blockwork.onnx.importer.Importer;
import io.blockwork.processor.Expected;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The README's table of operators and opsets: ONNX's own cases and ours, rewritten for the first
 * and the last opset of each form of their operators, and held to ONNX Runtime.
 */
@DisplayName("Operators in all opsets")
class OperatorTableTest {
  private static final Path README = Path.of("../runtime/onnx/README.md");
  private static final String BEGIN = "<!-- operators: written by a test -->\n";
  private static final String END = "<!-- end of the operators -->\n";

  /** Where a text of an operator was found to hold. */
  private static final class Row {
    final TreeSet<Integer> networks = new TreeSet<>();
    final TreeSet<Integer> constants = new TreeSet<>();
    int cases;
  }

  @Test
  void computeWhatOnnxRuntimeComputesInEveryForm() throws Exception {
    List<OpsetCase> cases = new ArrayList<>(OwnCases.all());
    for (Path each : OnnxFiles.list(OnnxFiles.folder("node"))) {
      cases.add(OpsetCase.read(each));
    }
    Map<String, Row> rows = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    for (OpsetCase each : cases) {
      for (String operator : each.operators()) {
        rows.computeIfAbsent(operator, any -> new Row()).cases++;
      }
      for (int opset : opsets(each)) {
        Optional<NodeCase> other = each.at(opset);
        if (other.isPresent()) {
          wrong.addAll(run(each, opset, other.get(), rows));
        }
      }
    }
    assertThat(wrong).isEmpty();
    String readme = Files.readString(README);
    int from = readme.indexOf(BEGIN) + BEGIN.length();
    int to = readme.indexOf(END);
    Expected.check(README, readme.substring(0, from) + table(rows) + readme.substring(to));
    assertThat(
            Importer.supported().stream()
                .filter(type -> rows.getOrDefault(type, new Row()).networks.isEmpty())
                .toList())
        .isEmpty();
  }

  private static TreeSet<Integer> opsets(OpsetCase each) {
    var all = new TreeSet<Integer>();
    for (String operator : each.operators()) {
      all.addAll(OperatorVersions.edges(operator, Importer.OLDEST_OPSET, Importer.NEWEST_OPSET));
    }
    return all;
  }

  private static List<String> run(
      OpsetCase each, int opset, NodeCase other, Map<String, Row> rows) {
    List<String> wrong = new ArrayList<>();
    NodeCase.Result network = other.network();
    NodeCase.Result constants = other.constants();
    for (NodeCase.Result result : List.of(network, constants)) {
      if (result.outcome() == Outcome.WRONG) {
        wrong.add(each.name() + " in opset " + opset + ": " + result.why());
      }
    }
    for (String operator : each.operators()) {
      Row row = rows.computeIfAbsent(operator, any -> new Row());
      if (network.outcome() == Outcome.RUNS) {
        row.networks.add(opset);
      }
      if (constants.outcome() == Outcome.FOLDS) {
        row.constants.add(opset);
      }
    }
    return wrong;
  }

  private static String table(Map<String, Row> rows) {
    StringBuilder table =
        new StringBuilder("| operator | in networks, opsets | of constants, opsets | cases |\n");
    table.append("| --- | --- | --- | ---: |\n");
    rows.forEach(
        (type, row) -> {
          if (!row.networks.isEmpty() || !row.constants.isEmpty()) {
            table.append("| ").append(type).append(" | ");
            table.append(ranges(type, row.networks)).append(" | ");
            table.append(ranges(type, row.constants)).append(" | ");
            table.append(row.cases).append(" |\n");
          }
        });
    return table.toString();
  }

  /** The texts of an operator that hold at their first and last opset. */
  private static String ranges(String type, TreeSet<Integer> found) {
    List<String> ranges = new ArrayList<>();
    var edges =
        new ArrayList<>(OperatorVersions.edges(type, Importer.OLDEST_OPSET, Importer.NEWEST_OPSET));
    List<Integer> starts =
        edges.stream()
            .filter(edge -> edge.equals(edges.get(0)) || OperatorVersions.of(type).contains(edge))
            .collect(Collectors.toList());
    for (int i = 0; i < starts.size(); i++) {
      int from = starts.get(i);
      int to = i + 1 < starts.size() ? starts.get(i + 1) - 1 : Importer.NEWEST_OPSET;
      if (found.contains(from) && found.contains(to)) {
        ranges.add(from == to ? String.valueOf(from) : from + "-" + to);
      }
    }
    return String.join(", ", ranges);
  }
}
