package io.blockwork.processor;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import io.blockwork.Stem;
import io.blockwork.processor.spec.DenseBlockSpec;
import io.blockwork.processor.spec.DenseNetSpec;
import io.blockwork.processor.spec.DenseNetSpec.LayerStyle;
import io.blockwork.processor.spec.InputSpec;
import io.blockwork.processor.spec.ResNetSpec;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import io.blockwork.processor.spec.ResidualBlockSpec;
import io.blockwork.processor.spec.Spec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.util.ElementFilter;

/** Reads an architecture annotation into its spec. */
final class AnnotationReader {
  /** A value that the compiler could not make sense of and reports itself. */
  static final class UnreadableValue extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean lasting;

    private UnreadableValue(String member, boolean lasting) {
      super(member);
      this.lasting = lasting;
    }

    /** Whether no class that another processor may still generate can give it a meaning. */
    boolean isLasting() {
      return lasting;
    }
  }

  private final Map<String, AnnotationValue> values;

  private AnnotationReader(AnnotationMirror annotation, Set<String> defaulted) {
    this.values = new HashMap<>();
    for (ExecutableElement member :
        ElementFilter.methodsIn(annotation.getAnnotationType().asElement().getEnclosedElements())) {
      String name = member.getSimpleName().toString();
      if (member.getDefaultValue() != null) {
        values.put(name, member.getDefaultValue());
      }
      if (!defaulted.contains(name) && annotation.getElementValues().containsKey(member)) {
        values.put(name, Objects.requireNonNull(annotation.getElementValues().get(member)));
      }
    }
  }

  /**
   * Reads the annotation.
   *
   * @throws UnreadableValue if a value is missing or erroneous, which the compiler reports
   */
  static Spec read(AnnotationMirror annotation) {
    return read(annotation, Set.of());
  }

  /**
   * Reads the annotation as if some of its members had not been written.
   *
   * @throws UnreadableValue if one of them has no default
   */
  static Spec read(AnnotationMirror annotation, Set<String> defaulted) {
    var values = new AnnotationReader(annotation, defaulted);
    String name = annotation.getAnnotationType().asElement().getSimpleName().toString();
    switch (name) {
      case "ResNet":
        return values.resNet();
      case "DenseNet":
        return values.denseNet();
      case "ResidualBlock":
        return values.residualBlock();
      case "DenseBlock":
        return values.denseBlock();
      default:
        throw new IllegalArgumentException(name + " describes no architecture");
    }
  }

  /**
   * The published weights that the annotation names, if any.
   *
   * @throws UnreadableValue if the value is erroneous, which the compiler reports
   */
  static Optional<String> weights(AnnotationMirror annotation) {
    var values = new AnnotationReader(annotation, Set.of());
    String name = values.values.containsKey("weights") ? values.value("weights", String.class) : "";
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  /**
   * The heights of further images that the annotation asks for: {@code sizes} of its {@code input}.
   *
   * @throws UnreadableValue if the value is erroneous, which the compiler reports
   */
  static List<Integer> sizes(AnnotationMirror annotation) {
    var values = new AnnotationReader(annotation, Set.of());
    return new AnnotationReader(values.value("input", AnnotationMirror.class), Set.of())
        .integers("sizes");
  }

  private ResNetSpec resNet() {
    return new ResNetSpec(
        integers("blocks"),
        choice("stem", Stem.class),
        integer("width"),
        blockStyle(),
        integer("dilateFrom"),
        input(),
        integer("classes"));
  }

  private DenseNetSpec denseNet() {
    return new DenseNetSpec(
        integers("blocks"),
        choice("stem", Stem.class),
        integer("stemChannels"),
        layerStyle(),
        real("compression"),
        input(),
        integer("classes"));
  }

  private ResidualBlockSpec residualBlock() {
    return new ResidualBlockSpec(
        integer("channels"), integer("planes"), integer("stride"), blockStyle(), input());
  }

  private DenseBlockSpec denseBlock() {
    return new DenseBlockSpec(integer("channels"), integer("layers"), layerStyle(), input());
  }

  private BlockStyle blockStyle() {
    return new BlockStyle(
        truth("bottleneck"),
        integer("groups"),
        integer("widthPerGroup"),
        choice("shortcut", Shortcut.class),
        choice("version", ResNetVersion.class),
        integer("squeezeExcitation"),
        truth("zeroInitResidual"),
        real("stochasticDepth"));
  }

  private LayerStyle layerStyle() {
    return new LayerStyle(
        integer("growth"), integer("bnSize"), real("dropout"), truth("memoryEfficient"));
  }

  private InputSpec input() {
    var input = new AnnotationReader(value("input", AnnotationMirror.class), Set.of());
    return new InputSpec(
        input.integer("channels"), input.integer("height"), input.integer("width"));
  }

  private <T> T value(String member, Class<T> type) {
    AnnotationValue value = values.get(member);
    if (value == null) {
      throw new UnreadableValue(member, true);
    }
    return cast(member, value, type);
  }

  private static <T> T cast(String member, AnnotationValue value, Class<T> type) {
    if (!type.isInstance(value.getValue())) {
      // A number may be a constant of a class to come; our enums are all here.
      throw new UnreadableValue(member, type == VariableElement.class);
    }
    return type.cast(value.getValue());
  }

  private int integer(String member) {
    return value(member, Integer.class);
  }

  private double real(String member) {
    return value(member, Double.class);
  }

  private boolean truth(String member) {
    return value(member, Boolean.class);
  }

  private List<Integer> integers(String member) {
    List<Integer> integers = new ArrayList<>();
    for (Object element : value(member, List.class)) {
      integers.add(cast(member, (AnnotationValue) element, Integer.class));
    }
    return integers;
  }

  private <E extends Enum<E>> E choice(String member, Class<E> type) {
    String name = value(member, VariableElement.class).getSimpleName().toString();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    throw new UnreadableValue(member, true);
  }
}
