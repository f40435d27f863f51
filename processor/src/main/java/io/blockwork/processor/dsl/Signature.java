package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Type;
import io.blockwork.processor.expression.Type.Base;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.expression.Value.Numeric;
import io.blockwork.processor.expression.Value.Sides;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;

/**
 * The members of an operation's or a block's annotation.
 *
 * @param name the annotation's simple name
 * @param members by name, in order
 * @param constants the constants of the enumerations among their types, as {@code Stem.CIFAR}
 */
record Signature(String name, Map<String, Member> members, Map<String, Type> constants) {
  private static final int REQUIRED = Integer.MIN_VALUE;

  /**
   * A member.
   *
   * @param element where it is declared
   * @param type its type; empty if expressions have none for it
   * @param fallback its default; empty if it must be given
   */
  record Member(ExecutableElement element, Optional<Type> type, Optional<Value> fallback) {}

  Signature {
    members = Collections.unmodifiableMap(members);
    constants = Collections.unmodifiableMap(constants);
  }

  static Signature of(TypeElement annotation) {
    Map<String, Member> members = new LinkedHashMap<>();
    Map<String, Type> constants = new LinkedHashMap<>();
    for (ExecutableElement element : ElementFilter.methodsIn(annotation.getEnclosedElements())) {
      Optional<Type> type = type(element.getReturnType(), constants);
      Optional<Value> fallback =
          type.isEmpty() || element.getDefaultValue() == null
              ? Optional.empty()
              : Optional.of(value(type.get(), element.getDefaultValue()));
      members.put(
          element.getSimpleName().toString(),
          new Member(element, type, fallback.filter(value -> !isRequired(value))));
    }
    return new Signature(annotation.getSimpleName().toString(), members, constants);
  }

  private static boolean isRequired(Value value) {
    return value instanceof Numeric number && number.decimal() == REQUIRED
        || value instanceof Sides sides
            && sides.sides().size() == 1
            && isRequired(sides.sides().get(0));
  }

  private static Optional<Type> type(TypeMirror type, Map<String, Type> constants) {
    if (type instanceof ArrayType array) {
      TypeKind of = array.getComponentType().getKind();
      return of == TypeKind.INT
          ? Optional.of(Type.array(Base.WHOLE))
          : of == TypeKind.DOUBLE ? Optional.of(Type.array(Base.DECIMAL)) : Optional.empty();
    }
    switch (type.getKind()) {
      case INT:
        return Optional.of(Type.WHOLE);
      case DOUBLE:
        return Optional.of(Type.DECIMAL);
      case BOOLEAN:
        return Optional.of(Type.TRUTH);
      case ERROR:
        throw new Unreadable(type.toString());
      case DECLARED:
        return declared((TypeElement) ((DeclaredType) type).asElement(), constants);
      default:
        return Optional.empty();
    }
  }

  private static Optional<Type> declared(TypeElement type, Map<String, Type> constants) {
    String name = type.getSimpleName().toString();
    if (type.getKind() == ElementKind.ENUM) {
      Type constant = Type.constant(name);
      for (VariableElement field : ElementFilter.fieldsIn(type.getEnclosedElements())) {
        if (field.getKind() == ElementKind.ENUM_CONSTANT) {
          constants.put(name + "." + field.getSimpleName(), constant);
        }
      }
      return Optional.of(constant);
    } else if (type.getQualifiedName().contentEquals("java.lang.String")) {
      return Optional.of(Type.of(Base.TEXT));
    }
    return type.getQualifiedName().contentEquals("java.lang.Class")
        ? Optional.of(Type.of(Base.CLASS))
        : Optional.empty();
  }

  /**
   * What an annotation's member holds.
   *
   * @throws Unreadable if the compiler made nothing of it
   */
  static Value value(Type type, AnnotationValue value) {
    Object object = value.getValue();
    if (type.array()) {
      List<Numeric> sides = new ArrayList<>();
      for (Object side : object instanceof List<?> list ? list : List.of(value)) {
        sides.add((Numeric) value(Type.of(type.base()), (AnnotationValue) side));
      }
      return new Sides(sides);
    } else if (type.base() == Base.WHOLE && object instanceof Integer whole) {
      return new Value.Whole(whole);
    } else if (type.base() == Base.DECIMAL && object instanceof Double decimal) {
      return new Value.Decimal(decimal);
    } else if (type.base() == Base.TRUTH && object instanceof Boolean truth) {
      return new Value.Truth(truth);
    } else if (type.base() == Base.TEXT && object instanceof String text) {
      return new Value.Text(text);
    } else if (type.base() == Base.CONSTANT && object instanceof VariableElement constant) {
      return new Value.Constant(type.enumeration(), constant.getSimpleName().toString());
    } else if (type.base() == Base.CLASS && object instanceof TypeMirror of) {
      return new Value.ClassName(of.toString());
    }
    throw new Unreadable(String.valueOf(object));
  }
}
