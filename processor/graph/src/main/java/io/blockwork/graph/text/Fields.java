package io.blockwork.graph.text;

import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import java.util.List;
import java.util.Optional;

/**
 * The fields of an operation, on their way to a text or from it. A writer takes each value and
 * gives it back; a reader gives what the text has, or the value that it was given where the text
 * has none. So one description of an operation serves both.
 */
abstract class Fields {
  /** What {@link #exchange} returns if the value stays as it is. */
  static final String UNCHANGED = "";

  /**
   * Writes a field, or reads it.
   *
   * @param word the value that is there
   * @return the word that stands for the field's value; {@link #UNCHANGED} for the one that is
   *     there
   */
  abstract String exchange(String name, String word);

  final String path(String value) {
    return text("path", value);
  }

  final String text(String name, String value) {
    String word = exchange(name, Words.text(value));
    return word.isEmpty() ? value : Words.unquote(word);
  }

  final Optional<String> optionalText(String name, Optional<String> value) {
    String word = exchange(name, value.isPresent() ? Words.text(value.get()) : Words.NONE);
    if (word.isEmpty()) {
      return value;
    }
    return word.equals(Words.NONE) ? Optional.empty() : Optional.of(Words.unquote(word));
  }

  final int number(String name, int value) {
    String word = exchange(name, Integer.toString(value));
    return word.isEmpty() ? value : Integer.parseInt(word);
  }

  final double real(String name, double value) {
    String word = exchange(name, Words.real(value));
    return word.isEmpty() ? value : Double.parseDouble(word);
  }

  final List<Double> reals(String name, List<Double> values) {
    String word = exchange(name, Words.reals(values));
    return word.isEmpty() ? values : Words.reals(word);
  }

  final boolean flag(String name, boolean value) {
    String word = exchange(name, Boolean.toString(value));
    return word.isEmpty() ? value : Words.flag(word);
  }

  final Shape shape(String name, Shape value) {
    String word = exchange(name, Words.shape(value));
    return word.isEmpty() ? value : Words.shape(word);
  }

  final Padding padding(String name, Padding value) {
    String word = exchange(name, Words.padding(value));
    return word.isEmpty() ? value : Words.padding(word);
  }

  final Window window(String name, Window value) {
    String word = exchange(name, Words.window(value));
    return word.isEmpty() ? value : Words.window(word);
  }

  final Activation activation(String name, Activation value) {
    String word = exchange(name, Words.activation(value));
    return word.isEmpty() ? value : Words.activation(word);
  }

  final Initial initial(String name, Initial value) {
    String word = exchange(name, Words.initial(value));
    return word.isEmpty() ? value : Words.initial(word);
  }

  final Optional<Initial> optionalInitial(String name, Optional<Initial> value) {
    String word = exchange(name, value.isPresent() ? Words.initial(value.get()) : Words.NONE);
    if (word.isEmpty()) {
      return value;
    }
    return word.equals(Words.NONE) ? Optional.empty() : Optional.of(Words.initial(word));
  }
}
