package io.blockwork.processor.graph;

import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.Linear;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The learnable entries of a network's {@code state_dict}, in torchvision's order. */
public final class StateDict {
  private StateDict() {}

  /** Name and shape, printed as {@code [64, 3, 7, 7]}, of each learnable parameter. */
  public static Map<String, String> of(Graph graph) {
    Map<String, Op> ops = new HashMap<>();
    graph.nodes().forEach(node -> ops.putIfAbsent(node.op().path(), node.op()));
    Map<String, String> entries = new LinkedHashMap<>();
    for (String module : graph.modules()) {
      Op op = ops.get(module);
      if (op instanceof Conv2d conv) {
        entries.put(
            module + ".weight",
            List.of(conv.out(), conv.in() / conv.groups(), conv.kernel(), conv.kernel())
                .toString());
      } else if (op instanceof BatchNorm2d norm) {
        entries.put(module + ".weight", List.of(norm.channels()).toString());
        entries.put(module + ".bias", List.of(norm.channels()).toString());
      } else if (op instanceof Linear linear) {
        entries.put(module + ".weight", List.of(linear.out(), linear.in()).toString());
        entries.put(module + ".bias", List.of(linear.out()).toString());
      }
    }
    return entries;
  }
}
