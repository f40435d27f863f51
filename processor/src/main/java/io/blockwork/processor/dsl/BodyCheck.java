package io.blockwork.processor.dsl;

import io.blockwork.processor.dsl.BodyNode.Group;
import io.blockwork.processor.dsl.BodyNode.Operate;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;

/** What is wrong with a body whatever its sizes are: its edges, names and expressions. */
final class BodyCheck {
  private final List<Fault> faults = new ArrayList<>();

  private BodyCheck() {}

  /**
   * Everything that is wrong, one fault a cause.
   *
   * @param body the body
   * @param signature the parameters of its block; those of a network are none
   * @param known what was wrong already when it was read
   */
  static List<Fault> faults(Body body, Signature signature, List<Fault> known) {
    List<Fault> all = new ArrayList<>(known);
    for (Fault fault : faults(body, signature)) {
      boolean derived =
          !known.isEmpty()
              && (fault.message() == Message.UNREAD
                  || fault.message() == Message.UNUSED_PARAMETER
                  || known.stream()
                      .anyMatch(k -> k.site().element().equals(fault.site().element())));
      if (!derived) {
        all.add(fault);
      }
    }
    return all;
  }

  private static List<Fault> faults(Body body, Signature signature) {
    var check = new BodyCheck();
    check.parameters(signature);
    var scope = new BlockScope(signature, false);
    check.body(body, scope);
    // Expressions that cannot be read may use anything.
    if (check.faults.isEmpty()) {
      for (var member : signature.members().entrySet()) {
        if (!scope.used().contains(member.getKey())) {
          check.fault(
              Message.UNUSED_PARAMETER,
              Site.of(member.getValue().element()),
              member.getKey(),
              signature.name());
        }
      }
    }
    return check.faults;
  }

  private void fault(Message message, Site site, Object... args) {
    faults.add(Fault.of(message, site, args));
  }

  private void parameters(Signature signature) {
    signature
        .members()
        .forEach(
            (name, member) -> {
              Site site = Site.of(member.element());
              if (BlockScope.RESERVED.contains(name)) {
                fault(Message.RESERVED_NAME, site, name);
              } else if (member.type().isEmpty()) {
                String type = member.element().getReturnType().toString();
                String shown = type.substring(type.lastIndexOf('.') + 1);
                fault(Message.PARAMETER_TYPE, site, name, shown);
              }
            });
  }

  private void body(Body body, BlockScope scope) {
    clashes(body);
    for (int i = 0; i < body.nodes().size(); i++) {
      BodyNode node = body.nodes().get(i);
      edges(body, i);
      FormulaCheck.node(node, scope, faults);
      if (node.work() instanceof Group group) {
        body(group.body(), node.times().isPresent() ? scope.repeated() : scope);
      }
    }
    outputs(body);
  }

  /** Nodes whose class files a disk may take for those of another nested type. */
  private void clashes(Body body) {
    Map<String, String> lower = new HashMap<>();
    for (TypeElement type : ElementFilter.typesIn(body.element().getEnclosedElements())) {
      if (type.getKind() != ElementKind.INTERFACE) {
        String name = type.getSimpleName().toString();
        lower.put(name.toLowerCase(Locale.ROOT), name);
      }
    }
    for (BodyNode node : body.nodes()) {
      String other = lower.put(node.name().toLowerCase(Locale.ROOT), node.name());
      if (other != null) {
        fault(Message.CASE_CLASH, Site.of(node.element()), node.name(), other);
      }
    }
  }

  private void edges(Body body, int index) {
    BodyNode node = body.nodes().get(index);
    int self = body.value(index);
    for (int from : node.from()) {
      if (from >= self) {
        String name = body.valueName(from);
        List<Integer> way = wayBack(body, from - body.inputs().size(), index);
        if (from == self || !way.isEmpty()) {
          StringBuilder circle = new StringBuilder(node.name() + " -> " + name);
          if (from != self) {
            way.forEach(at -> circle.append(" -> ").append(body.nodes().get(at).name()));
          }
          // Told once, at its first node.
          if (way.stream().allMatch(at -> at >= index)) {
            fault(Message.FROM_CIRCLE, node.edgesOrNode(), node.name(), name, circle);
          }
        } else {
          fault(Message.FROM_LATER, node.edgesOrNode(), node.name(), name);
        }
        return;
      } else if (from >= body.inputs().size()) {
        BodyNode read = body.nodes().get(from - body.inputs().size());
        if (read.auxiliary().isPresent()) {
          fault(Message.FROM_AUXILIARY, node.edgesOrNode(), node.name(), read.name());
          return;
        }
      }
    }
    inputs(node);
  }

  /**
   * The nodes by which {@code start} depends on {@code goal}, the goal last; empty if it does not.
   */
  private static List<Integer> wayBack(Body body, int start, int goal) {
    Map<Integer, Integer> before = new HashMap<>();
    List<Integer> next = new ArrayList<>(List.of(start));
    for (int i = 0; i < next.size(); i++) {
      int at = next.get(i);
      for (int value : body.nodes().get(at).from()) {
        int node = value - body.inputs().size();
        if (node >= 0 && before.putIfAbsent(node, at) == null) {
          next.add(node);
        }
      }
    }
    List<Integer> way = new ArrayList<>();
    if (before.containsKey(goal)) {
      for (int at = goal; ; at = before.getOrDefault(at, start)) {
        way.add(0, at);
        if (at == start || before.getOrDefault(at, start) == start) {
          break;
        }
      }
    }
    return way;
  }

  private void inputs(BodyNode node) {
    int least = 1;
    int most = 1;
    if (node.work() instanceof Operate operate) {
      least = operate.operation().least();
      most = operate.operation().most();
    } else if (node.work() instanceof Use use) {
      least = use.inputs();
      most = use.inputs();
    } else if (node.work() instanceof Group group) {
      least = group.body().inputs().size();
      most = least;
    }
    int got = node.from().size();
    if (got < least || got > most) {
      fault(
          Message.INPUT_COUNT,
          node.edgesOrNode(),
          node.name(),
          node.work().text(),
          got,
          Operation.inputs(least, most));
    }
  }

  private void outputs(Body body) {
    int output = body.output();
    if (body.nodes().isEmpty()) {
      return;
    }
    BodyNode last = body.nodes().get(body.nodes().size() - 1);
    if (output < 0 || last.auxiliary().isPresent() && last.edges().isEmpty()) {
      fault(Message.AUXILIARY_MAIN, Site.of(last.element()), last.name());
      return;
    }
    boolean[] read = new boolean[body.value(body.nodes().size())];
    read[body.value(output)] = true;
    for (BodyNode node : body.nodes()) {
      node.from().forEach(value -> read[value] = true);
    }
    for (int i = 0; i < body.nodes().size(); i++) {
      BodyNode node = body.nodes().get(i);
      if (!read[body.value(i)] && node.auxiliary().isEmpty()) {
        String name = body.nodes().get(output).name();
        fault(Message.UNREAD, node.site(), node.name(), body.name(), name);
      }
    }
    for (int i = 1; i < body.inputs().size(); i++) {
      if (!read[i]) {
        fault(
            Message.UNREAD,
            Site.of(body.element()),
            body.inputs().get(i),
            body.name(),
            body.nodes().get(output).name());
      }
    }
  }
}
