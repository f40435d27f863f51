package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Moves faults to where they are reported: in the network's own interface, with the way through the
 * blocks, and the shapes that lead there.
 */
final class Reports {
  private final ShapeTrace trace;

  /**
   * @param trace the shapes at the nodes so far
   */
  Reports(ShapeTrace trace) {
    this.trace = trace;
  }

  /** A fault of a body. */
  FaultException of(Frame frame, Fault fault) {
    return of(frame, fault, Optional.empty());
  }

  /**
   * A fault of a body.
   *
   * @param cause the formula that gave the value at fault, if one did
   */
  FaultException of(Frame frame, Fault fault, Optional<Formula> cause) {
    return moved(frame, fault, cause, null);
  }

  /** A node that has no shape. */
  FaultException of(Frame frame, BodyNode node, ShapeFault e) {
    return moved(frame, fault(frame, node, e), Optional.empty(), e);
  }

  private static Fault fault(Frame frame, BodyNode node, ShapeFault e) {
    String phrase = e.op().description().phrase();
    if (e.vanishing()) {
      return Fault.of(
          Message.NO_ROOM,
          node.site(),
          e.op().path(),
          phrase,
          e.inputs().get(0),
          "use " + e.remedy());
    }
    List<String> inputs = new ArrayList<>();
    StringBuilder skipped = new StringBuilder();
    for (int i = 0; i < e.inputs().size(); i++) {
      String name = frame.body().valueName(node.from().get(i));
      inputs.add(name + " (" + e.inputs().get(i) + ")");
      int value = node.from().get(i) - frame.body().inputs().size();
      if (value >= 0 && frame.body().nodes().get(value).condition().isPresent()) {
        Formula condition = frame.body().nodes().get(value).condition().get();
        skipped
            .append("; ")
            .append(name)
            .append(" has @If(\"")
            .append(condition.text())
            .append("\"), and hands on what it reads where that is false");
      }
    }
    return Fault.of(
        Message.SHAPES_DIFFER,
        node.edgesOrNode(),
        e.op().path(),
        "@" + node.work().text(),
        String.join(" and ", inputs),
        e.problem() + skipped,
        "give it " + e.remedy());
  }

  private FaultException moved(
      Frame frame, Fault fault, Optional<Formula> cause, @Nullable ShapeFault shapes) {
    String lines = frame.isOwn() ? "" : "  by way of " + frame.way(name(fault.site())) + "\n";
    lines += trace;
    if (shapes != null) {
      lines += ShapeTrace.fault(shapes);
    }
    return new FaultException(fault.at(frame.reported(fault.site(), cause), lines));
  }

  private static String name(Site site) {
    return site.element().getSimpleName().toString();
  }
}
