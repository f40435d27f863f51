package io.blockwork.processor.dsl;

import io.blockwork.processor.dsl.BodyNode.Group;
import io.blockwork.processor.dsl.BodyNode.Operate;
import io.blockwork.processor.dsl.BodyNode.Times;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.dsl.BodyNode.Work;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Parser;
import io.blockwork.processor.expression.Parser.Assignment;
import io.blockwork.processor.expression.Type;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Nearest;
import io.blockwork.processor.spec.Shown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;

/** Reads the nodes of a network, a block or a group; collects what is wrong with them. */
final class BodyReader {
  private static final double NORMAL_STD = 0.01;

  private final NodeOrder order;
  private final TypeElement root;
  private final List<Fault> faults = new ArrayList<>();
  private final Map<String, Signature> signatures;

  /**
   * @param root the network or block that is read
   * @param signatures those that are known already, by qualified name
   */
  BodyReader(NodeOrder order, TypeElement root, Map<String, Signature> signatures) {
    this.order = order;
    this.root = root;
    this.signatures = signatures;
  }

  /** What is wrong with what has been read. */
  List<Fault> faults() {
    return List.copyOf(faults);
  }

  /**
   * The whole body.
   *
   * @throws Unreadable if the compiler could make nothing of a part of it
   */
  Body read() {
    return body(root);
  }

  private Body body(TypeElement element) {
    List<TypeElement> types;
    try {
      types = order.nodes(root, element);
    } catch (FaultException e) {
      faults.add(e.fault());
      types = List.of();
    }
    List<String> inputs = new ArrayList<>(List.of("Input"));
    List<TypeElement> nodes = new ArrayList<>();
    for (TypeElement type : types) {
      Optional<AnnotationMirror> input = Names.find(type, Names.INPUT);
      if (input.isEmpty()) {
        nodes.add(type);
      } else if (checkInput(element, type, input.get(), nodes.isEmpty())) {
        inputs.add(type.getSimpleName().toString());
      }
    }
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      numbers.put(inputs.get(i), i);
    }
    for (int i = 0; i < nodes.size(); i++) {
      numbers.put(nodes.get(i).getSimpleName().toString(), inputs.size() + i);
    }
    List<BodyNode> read = new ArrayList<>();
    int above = 0;
    for (int i = 0; i < nodes.size(); i++) {
      BodyNode node = node(element, nodes.get(i), above, numbers);
      read.add(node);
      above = node.auxiliary().isPresent() ? above : inputs.size() + i;
    }
    return new Body(element, inputs, read, Names.has(element, Names.SEQUENTIAL), initial(element));
  }

  private boolean checkInput(
      TypeElement body, TypeElement type, AnnotationMirror input, boolean first) {
    boolean network = Names.has(body, Names.MODEL);
    String why =
        network
            ? "a network reads its images alone"
            : !first
                ? "it stands below a node"
                : input.getElementValues().isEmpty()
                    ? ""
                    : "its size is that of what the block's user gives";
    if (!why.isEmpty()) {
      fault(Message.INPUT_NODE, Site.of(type, input), type.getSimpleName(), why);
    }
    return why.isEmpty();
  }

  private void fault(Message message, Site site, Object... args) {
    faults.add(Fault.of(message, site, args));
  }

  private BodyNode node(
      TypeElement body, TypeElement type, int above, Map<String, Integer> numbers) {
    Optional<AnnotationMirror> edges = Names.find(type, Names.FROM);
    List<Integer> from =
        edges.map(mirror -> edges(body, type, mirror, numbers)).orElse(List.of(above));
    return new BodyNode(
        type.getSimpleName().toString(),
        type,
        work(type),
        from,
        edges,
        Names.find(type, Names.IF)
            .flatMap(mirror -> Names.text(mirror, "value"))
            .flatMap(text -> formula(text, type, Names.IF, "value")),
        Names.find(type, Names.REPEAT).flatMap(mirror -> times(type, mirror)),
        Names.find(type, Names.AUXILIARY).flatMap(mirror -> weight(type, mirror)),
        Names.find(type, Names.PATH).flatMap(mirror -> path(type, mirror)),
        Names.has(type, Names.HEAD),
        initial(type));
  }

  private Optional<Formula> formula(
      String text, TypeElement type, String annotation, String member) {
    Site site = Site.of(type, Names.find(type, annotation).orElseThrow(), member);
    try {
      return Optional.of(Formula.of(text, site));
    } catch (FaultException e) {
      faults.add(e.fault());
      return Optional.empty();
    }
  }

  private Work work(TypeElement type) {
    List<AnnotationMirror> works = new ArrayList<>();
    for (AnnotationMirror mirror : type.getAnnotationMirrors()) {
      if (Names.unknown(mirror)) {
        throw new Unreadable(mirror.toString());
      } else if (Names.isOperation(mirror) || Names.isBlock(mirror)) {
        works.add(mirror);
      }
    }
    boolean holds = !NodeOrder.nested(type).isEmpty();
    String name = type.getSimpleName().toString();
    if (works.isEmpty()) {
      if (!holds) {
        fault(Message.NO_OPERATION, Site.of(type), name);
      }
      Names.find(type, Names.WITH)
          .ifPresent(with -> fault(Message.WITH_GROUP, Site.of(type, with), name));
      return new Group(body(type));
    }
    AnnotationMirror first = works.get(0);
    if (works.size() > 1) {
      String all =
          works.stream()
              .map(mirror -> "@" + Names.type(mirror).getSimpleName())
              .collect(Collectors.joining(", "));
      fault(Message.TWO_OPERATIONS, Site.of(type, works.get(1)), name, all);
    } else if (holds) {
      fault(
          Message.OPERATION_AND_NODES,
          Site.of(type, first),
          name,
          Names.type(first).getSimpleName());
    }
    Call call = call(type, first);
    return Names.isOperation(first)
        ? new Operate(Operation.of(call.signature().name()), call)
        : new Use(Names.type(first), inputs(Names.type(first)), call);
  }

  /** How many inputs a block has. */
  private static int inputs(TypeElement block) {
    int inputs = 1;
    for (TypeElement type : NodeOrder.nested(block)) {
      inputs += Names.has(type, Names.INPUT) ? 1 : 0;
    }
    return inputs;
  }

  /** An annotation with what {@code @With} beside it computes. */
  Call call(TypeElement type, AnnotationMirror mirror) {
    TypeElement annotation = Names.type(mirror);
    Signature signature =
        signatures.computeIfAbsent(
            annotation.getQualifiedName().toString(), name -> Signature.of(annotation));
    Map<String, Value> written = new LinkedHashMap<>();
    for (Map.Entry<String, Signature.Member> member : signature.members().entrySet()) {
      Optional<Type> of = member.getValue().type();
      if (of.isPresent()) {
        Names.written(mirror, member.getKey())
            .ifPresent(value -> written.put(member.getKey(), Signature.value(of.get(), value)));
      }
    }
    Map<String, Formula> computed = new LinkedHashMap<>();
    Names.find(type, Names.WITH).ifPresent(with -> with(type, with, signature, written, computed));
    return new Call(signature, type, mirror, written, computed);
  }

  private void with(
      TypeElement type,
      AnnotationMirror with,
      Signature signature,
      Map<String, Value> written,
      Map<String, Formula> computed) {
    Site site = Site.of(type, with, "value");
    String text = Names.text(with, "value").orElseThrow(() -> new Unreadable("value"));
    List<Assignment> members;
    try {
      members = Parser.members(text);
    } catch (ExpressionException e) {
      faults.add(Fault.of(e, text, site));
      return;
    }
    for (Assignment member : members) {
      String name = member.name();
      if (!signature.members().containsKey(name)) {
        faults.add(unknown(member, signature, text, site));
      } else if (written.containsKey(name)
          || computed.put(name, new Formula(text, member.expression(), site)) != null) {
        fault(Message.WITH_TWICE, site, name, signature.name());
      }
    }
  }

  /** What is wrong with an assignment to a member that is not there. */
  static Fault unknown(Assignment member, Signature signature, String text, Site site) {
    List<String> nearest = Nearest.order(member.name(), signature.members().keySet());
    return Fault.of(
        Message.WITH_MEMBER,
        site,
        Shown.text(text),
        member.column(),
        member.name(),
        signature.name(),
        nearest.isEmpty() ? "remove it" : Nearest.remedy(member.name(), nearest),
        nearest.isEmpty() ? "it has none" : "its members are " + String.join(", ", nearest));
  }

  private List<Integer> edges(
      TypeElement body, TypeElement type, AnnotationMirror from, Map<String, Integer> numbers) {
    Site site = Site.of(type, from, "value");
    List<Integer> edges = new ArrayList<>();
    Object value = Names.written(from, "value").map(AnnotationValue::getValue).orElse(List.of());
    for (Object edge : value instanceof List<?> list ? list : List.of()) {
      if (!(((AnnotationValue) edge).getValue() instanceof DeclaredType read)
          || !(read.asElement() instanceof TypeElement other)
          || read.getKind() == TypeKind.ERROR) {
        throw new Unreadable("value");
      }
      String name = other.getSimpleName().toString();
      if (other.getQualifiedName().contentEquals(Names.INPUT)) {
        edges.add(0);
      } else if (body.equals(other.getEnclosingElement()) && numbers.containsKey(name)) {
        edges.add(numbers.get(name));
      } else {
        List<String> nearest = Nearest.order(name, others(numbers, type));
        fault(
            Message.FROM_UNKNOWN,
            site,
            type.getSimpleName(),
            name,
            body.getSimpleName(),
            nearest.get(0));
        edges.add(0);
      }
    }
    return edges;
  }

  private static List<String> others(Map<String, Integer> numbers, TypeElement self) {
    return numbers.keySet().stream().filter(n -> !self.getSimpleName().contentEquals(n)).toList();
  }

  private Optional<Times> times(TypeElement type, AnnotationMirror repeat) {
    Site site = Site.of(type, repeat, "value", "times");
    Optional<Object> number = Names.written(repeat, "value").map(AnnotationValue::getValue);
    Optional<String> text = Names.text(repeat, "times");
    if (number.isPresent() == text.isPresent()) {
      fault(Message.REPEAT_VALUE, Site.of(type, repeat));
      return Optional.empty();
    } else if (number.isPresent() && !(number.get() instanceof Integer)) {
      throw new Unreadable("value");
    }
    return text.isPresent()
        ? formula(text.get(), type, Names.REPEAT, "times")
            .map(formula -> new Times(0, Optional.of(formula), site))
        : number.map(times -> new Times((Integer) times, Optional.empty(), site));
  }

  private Optional<Double> weight(TypeElement type, AnnotationMirror auxiliary) {
    Object weight =
        Names.written(auxiliary, "weight").map(AnnotationValue::getValue).orElse("missing");
    if (!(weight instanceof Double value)) {
      throw new Unreadable("weight");
    }
    if (!(value > 0) || value.isInfinite()) {
      fault(Message.AUXILIARY_WEIGHT, Site.of(type, auxiliary, "weight"), value);
      return Optional.of(1.0);
    }
    return Optional.of(value);
  }

  private Optional<PathPattern> path(TypeElement type, AnnotationMirror path) {
    try {
      String text = Names.text(path, "value").orElseThrow(() -> new Unreadable("value"));
      return Optional.of(PathPattern.of(text, Site.of(type, path, "value")));
    } catch (FaultException e) {
      faults.add(e.fault());
      return Optional.empty();
    }
  }

  private Optional<InitRule> initial(TypeElement element) {
    return Names.find(element, Names.INIT).map(mirror -> initial(element, mirror));
  }

  private InitRule initial(TypeElement element, AnnotationMirror init) {
    Object kind = Names.written(init, "value").map(AnnotationValue::getValue).orElse("missing");
    if (!(kind instanceof VariableElement constant)) {
      throw new Unreadable("value");
    }
    double std = decimal(init, "std", NORMAL_STD);
    double value = decimal(init, "constant", 1);
    if (!(std > 0) || Double.isInfinite(std)) {
      fault(Message.INIT_RANGE, Site.of(element, init, "std"), "std", std, "above 0 and finite");
    }
    if (!Double.isFinite(value)) {
      fault(Message.INIT_RANGE, Site.of(element, init, "constant"), "constant", value, "finite");
    }
    Object zero = Names.written(init, "zeroBias").map(AnnotationValue::getValue).orElse(false);
    return new InitRule(constant.getSimpleName().toString(), std, value, zero.equals(true));
  }

  private static double decimal(AnnotationMirror mirror, String member, double fallback) {
    Object value =
        Names.written(mirror, member).map(AnnotationValue::getValue).orElse((Object) fallback);
    if (value instanceof Double decimal) {
      return decimal;
    }
    throw new Unreadable(member);
  }
}
