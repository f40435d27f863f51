package io.blockwork.graph.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes records: a word for each component, in which the parts of a value that has several are
 * parted by commas.
 */
final class RecordWriter {
  private final Map<Class<?>, List<Component>> components = new HashMap<>();

  /** Graphs hold few numbers, each very often. */
  private final Map<Double, String> numbers = new HashMap<>();

  /** Appends {@code name=word} for each component that is not what it usually is. */
  void fields(Record record, StringBuilder text) {
    for (Component component : components(record.getClass())) {
      Object value = component.value(record);
      if (component.usual().isEmpty() || !component.usual().get().equals(value)) {
        List<String> parts = new ArrayList<>();
        add(value, parts);
        text.append(' ').append(component.name()).append('=').append(String.join(",", parts));
      }
    }
  }

  private void add(Object value, List<String> parts) {
    if (value instanceof Integer || value instanceof Boolean) {
      parts.add(value.toString());
    } else if (value instanceof Double number) {
      parts.add(numbers.computeIfAbsent(number, Words::real));
    } else if (value instanceof String text) {
      parts.add(Words.text(text));
    } else if (value instanceof Enum<?> constant) {
      parts.add(constant.name());
    } else if (value instanceof Optional<?> some) {
      if (some.isPresent()) {
        add(some.get(), parts);
      }
    } else if (value instanceof List<?> values) {
      for (Object each : values) {
        add(each, parts);
      }
    } else if (value instanceof Record record) {
      for (Component component : components(record.getClass())) {
        add(component.value(record), parts);
      }
    } else {
      throw new IllegalStateException("no word is known for a " + value.getClass().getName());
    }
  }

  private List<Component> components(Class<?> type) {
    return components.computeIfAbsent(type, Component::of);
  }
}
