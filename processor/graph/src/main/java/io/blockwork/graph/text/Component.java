package io.blockwork.graph.text;

import io.blockwork.graph.ops.Activation;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A component of a record, as a text has it.
 *
 * @param name what it is called
 * @param type the type of its values
 * @param accessor the method that gives its value
 * @param usual the value that is not written, if there is one
 */
record Component(String name, Type type, Method accessor, Optional<Object> usual) {
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
          new Component(
              each.getName(),
              each.getGenericType(),
              each.getAccessor(),
              Optional.ofNullable(USUAL.get(each.getType()))));
    }
    return components;
  }

  /** Its value in a record. */
  Object value(Record record) {
    try {
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
