package io.blockwork.graph.text;

import io.blockwork.graph.ops.Activation;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A component of a record, as a text has it.
 *
 * @param of the component of the class
 * @param field that holds its value. Its accessor would be another class that is generated at run
 *     time, once it has been called often, and a compiler's process is too short to regain that.
 * @param usual the value that is not written, if there is one
 */
record Component(RecordComponent of, Field field, Optional<Object> usual) {
  private static final Map<Type, Object> USUAL =
      Map.of(
          boolean.class,
          false,
          Optional.class,
          Optional.empty(),
          List.class,
          List.of(),
          Activation.class,
          Activation.NONE);

  /** The components of a record. */
  static List<Component> of(Class<?> type) {
    List<Component> components = new ArrayList<>();
    for (RecordComponent each : type.getRecordComponents()) {
      components.add(
          new Component(each, field(each), Optional.ofNullable(USUAL.get(each.getType()))));
    }
    return components;
  }

  private static Field field(RecordComponent component) {
    try {
      Field field = component.getDeclaringRecord().getDeclaredField(component.getName());
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What it is called. */
  String name() {
    return of.getName();
  }

  /** The type of its values. */
  Type type() {
    return of.getGenericType();
  }

  /** Its value in a record. */
  Object value(Record record) {
    try {
      return field.get(record);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
