package io.blockwork.processor.dsl;

import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.dsl.BodyNode.Times;
import io.blockwork.processor.expression.Evaluator;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Type;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.expression.Value.Numeric;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What formulas come to at a place, where parameters have values and inputs have shapes. */
final class PlaceValues {
  private final GraphBuilder graph;
  private final Reports reports;

  PlaceValues(GraphBuilder graph, Reports reports) {
    this.graph = graph;
    this.reports = reports;
  }

  /** The values of all members of an annotation. */
  Map<String, Value> values(Place place, Call call, Map<String, Rule> rules) {
    Map<String, Value> values = new LinkedHashMap<>();
    call.signature()
        .members()
        .forEach(
            (name, member) -> {
              Value value = call.written().get(name);
              Formula formula = call.computed().get(name);
              if (formula != null) {
                value = converted(value(place, formula), member.type().orElseThrow());
                FormulaCheck.range(name, call, rules.get(name), value)
                    .ifPresent(
                        fault -> {
                          throw reports.of(place.frame(), fault, Optional.of(formula));
                        });
              }
              values.put(name, value == null ? member.fallback().orElseThrow() : value);
            });
    return values;
  }

  /** How often a node is there. */
  int times(Place place, Times times) {
    if (times.formula().isEmpty()) {
      return times.number();
    }
    Formula formula = times.formula().get();
    int number = ((Value.Whole) value(place, formula)).value();
    if (number < 1 || number > FormulaCheck.MOST_TIMES) {
      String column = Formula.column(times.formula());
      Fault fault =
          Fault.of(Message.REPEAT_RANGE, times.site(), number, FormulaCheck.MOST_TIMES, column);
      throw reports.of(place.frame(), fault, Optional.of(formula));
    }
    return number;
  }

  /** Whether a condition holds. */
  boolean truth(Place place, Formula condition) {
    return ((Value.Truth) value(place, condition)).value();
  }

  /** The value of a formula. */
  Value value(Place place, Formula formula) {
    try {
      return Evaluator.of(formula.expression(), name -> named(place, name));
    } catch (ExpressionException e) {
      throw reports.of(
          place.frame(), Fault.of(e, formula.text(), formula.site()), Optional.of(formula));
    }
  }

  private Value named(Place place, String name) {
    Value parameter = place.frame().parameters().get(name);
    if (parameter != null) {
      return parameter;
    }
    Shape in = graph.shape(place.inputs().get(0));
    Shape input = graph.shape(place.frame().inputs().get(0));
    return switch (name) {
      case BlockScope.IN -> new Value.Whole(in.channels());
      case BlockScope.IN_HEIGHT -> new Value.Whole(in.height());
      case BlockScope.IN_WIDTH -> new Value.Whole(in.width());
      case BlockScope.CHANNELS -> new Value.Whole(input.channels());
      case BlockScope.HEIGHT -> new Value.Whole(input.height());
      case BlockScope.WIDTH -> new Value.Whole(input.width());
      case BlockScope.INDEX -> new Value.Whole(place.index().orElseThrow());
      default -> {
        int dot = name.indexOf('.');
        yield new Value.Constant(name.substring(0, dot), name.substring(dot + 1));
      }
    };
  }

  /** A single number where several are wanted, or a whole one where a decimal is. */
  static Value converted(Value value, Type type) {
    if (type.base() == Type.Base.DECIMAL && value instanceof Value.Whole whole) {
      value = new Value.Decimal(whole.decimal());
    } else if (type.base() == Type.Base.DECIMAL && value instanceof Value.Sides sides) {
      List<Numeric> decimals = new ArrayList<>();
      sides.sides().forEach(side -> decimals.add(new Value.Decimal(side.decimal())));
      value = new Value.Sides(decimals);
    }
    return type.array() && value instanceof Numeric number
        ? new Value.Sides(List.of(number))
        : value;
  }
}
