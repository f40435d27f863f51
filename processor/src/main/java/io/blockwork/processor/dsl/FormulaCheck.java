package io.blockwork.processor.dsl;

import io.blockwork.processor.dsl.BodyNode.Operate;
import io.blockwork.processor.dsl.BodyNode.Times;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Type;
import io.blockwork.processor.expression.TypeCheck;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.expression.Value.Numeric;
import io.blockwork.processor.spec.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks the values and expressions of a node, as far as it can be done without computing any. */
final class FormulaCheck {
  static final int MOST_TIMES = 2000;

  private final BlockScope scope;
  private final List<Fault> faults;

  private FormulaCheck(BlockScope scope, List<Fault> faults) {
    this.scope = scope;
    this.faults = faults;
  }

  /** Adds what is wrong with a node to the faults. */
  static void node(BodyNode node, BlockScope scope, List<Fault> faults) {
    boolean repeats = node.times().isPresent();
    // How often it is repeated is asked before there is an index.
    node.times().ifPresent(times -> new FormulaCheck(scope, faults).times(times));
    var check = new FormulaCheck(repeats ? scope.repeated() : scope, faults);
    node.condition().ifPresent(condition -> check.require(condition, Type.TRUTH));
    node.path().ifPresent(path -> path.formulas().forEach(check::printable));
    if (node.work() instanceof Operate operate) {
      check.call(operate.call(), operate.operation().rules());
    } else if (node.work() instanceof Use use) {
      check.call(use.call(), Map.of());
    }
  }

  private void require(Formula formula, Type wanted) {
    try {
      TypeCheck.require(formula.expression(), scope, wanted);
    } catch (ExpressionException e) {
      faults.add(Fault.of(e, formula.text(), formula.site()));
    }
  }

  private void printable(Formula formula) {
    require(formula, Type.WHOLE);
  }

  private void times(Times times) {
    times.formula().ifPresent(formula -> require(formula, Type.WHOLE));
    if (times.formula().isEmpty() && (times.number() < 1 || times.number() > MOST_TIMES)) {
      faults.add(Fault.of(Message.REPEAT_RANGE, times.site(), times.number(), MOST_TIMES, ""));
    }
  }

  /** Checks what sets the members of an annotation. */
  void call(Call call, Map<String, Rule> rules) {
    call.signature()
        .members()
        .forEach(
            (name, member) -> {
              Formula formula = call.computed().get(name);
              Value written = call.written().get(name);
              if (formula != null) {
                member.type().ifPresent(type -> require(formula, type));
              } else if (written != null) {
                range(name, call, rules.get(name), written).ifPresent(faults::add);
              } else if (member.type().isPresent() && member.fallback().isEmpty()) {
                faults.add(Fault.of(Message.REQUIRED, call.site(), name, call.signature().name()));
              }
            });
  }

  /** What is wrong with a member's value. */
  static Optional<Fault> range(String member, Call call, @Nullable Rule rule, Value value) {
    if (rule == null) {
      return Optional.empty();
    }
    boolean sides = rule.wrongSides(value);
    Optional<Numeric> wrong = sides ? Optional.empty() : rule.wrong(value);
    if (!sides && wrong.isEmpty()) {
      return Optional.empty();
    }
    String annotation = call.signature().name();
    Site site = call.site(member);
    String column = Formula.column(Optional.ofNullable(call.computed().get(member)));
    if (sides) {
      int number = ((Value.Sides) value).sides().size();
      return Optional.of(
          Fault.of(
              Message.MEMBER_SIDES, site, member, annotation, number, rule.sidesText(), column));
    }
    return Optional.of(
        Fault.of(Message.MEMBER_RANGE, site, member, annotation, wrong.get(), rule.text(), column));
  }

  /** Checks a block that stands on a network, where there is nothing to compute with. */
  static void network(Call call, List<Fault> faults) {
    new FormulaCheck(new BlockScope(new Signature("", Map.of(), Map.of()), false), faults)
        .call(call, Map.of());
  }
}
