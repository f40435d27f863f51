package io.blockwork.graph.text;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the records that {@link RecordWriter} wrote.
 *
 * <p>Throws {@link RuntimeException} of any kind for what is none.
 */
final class RecordReader {
  private final Map<Class<?>, List<Component>> components = new HashMap<>();

  /** The record of a class whose components a line has. */
  <R extends Record> R read(Class<R> type, Fields fields) {
    List<Object> values = new ArrayList<>();
    for (Component component : components(type)) {
      values.add(
          fields
              .find(component.name())
              .map(word -> value(component.type(), word))
              .or(component::usual)
              .orElseThrow(() -> Fields.missing(component.name())));
    }
    return create(type, values);
  }

  private Object value(Type type, String word) {
    Iterator<String> parts = Words.split(word, ',').iterator();
    Object value = next(type, parts);
    if (parts.hasNext()) {
      throw new IllegalArgumentException("nothing is expected behind " + value);
    }
    return value;
  }

  private Object next(Type type, Iterator<String> parts) {
    if (type instanceof ParameterizedType several) {
      Type each = several.getActualTypeArguments()[0];
      if (several.getRawType() == Optional.class) {
        return Optional.of(next(each, parts));
      }
      List<Object> values = new ArrayList<>();
      while (parts.hasNext()) {
        values.add(next(each, parts));
      }
      return values;
    } else if (type instanceof Class<?> of && of.isRecord()) {
      List<Object> values = new ArrayList<>();
      for (Component component : components(of)) {
        values.add(next(component.type(), parts));
      }
      return create(of, values);
    }
    return one(type, parts.next());
  }

  private static Object one(Type type, String part) {
    if (type == int.class) {
      return Integer.parseInt(part);
    } else if (type == double.class || type == Double.class) {
      return Double.parseDouble(part);
    } else if (type == boolean.class) {
      return Words.flag(part);
    } else if (type == String.class) {
      return Words.unquote(part);
    }
    for (Object constant : ((Class<?>) type).getEnumConstants()) {
      if (constant.toString().equals(part)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("nothing is called " + Words.text(part));
  }

  private List<Component> components(Class<?> type) {
    return components.computeIfAbsent(type, Component::of);
  }

  private <R> R create(Class<R> type, List<Object> values) {
    Class<?>[] types = new Class<?>[values.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = components(type).get(i).of().getType();
    }
    try {
      return type.getConstructor(types).newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(e.getTargetException().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
