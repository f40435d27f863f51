package io.blockwork.train;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.blockwork.io.SafeText;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The classes that weights were trained on. A training run writes them into the metadata of its
 * checkpoints, so that whoever predicts with these weights need not rely on a folder to have the
 * same classes in the same order.
 */
public final class TrainedClasses {
  static final String KEY = "blockwork.classes";

  private TrainedClasses() {}

  /**
   * The names of the classes by label.
   *
   * @param weights a checkpoint of a {@link Trainer}
   * @return empty if the file does not tell
   * @throws WeightsException if what it tells is damaged
   */
  public static Optional<List<String>> of(Weights weights) {
    return Optional.ofNullable(weights.metadata().get(KEY)).map(TrainedClasses::decode);
  }

  /** The names as a JSON array, since a folder's name may hold anything. */
  static String encode(List<String> names) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartArray();
      for (String name : names) {
        json.writeString(name);
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new IllegalStateException("a StringWriter cannot fail", e);
    }
    return text.toString();
  }

  private static List<String> decode(String text) {
    List<String> names = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(text)) {
      boolean array = json.nextToken() == JsonToken.START_ARRAY;
      while (array && json.nextToken() == JsonToken.VALUE_STRING) {
        names.add(json.getText());
      }
      if (json.currentToken() == JsonToken.END_ARRAY) {
        return List.copyOf(names);
      }
    } catch (IOException e) {
      throw damaged(text, e);
    }
    throw damaged(text, new IOException("not an array of names"));
  }

  private static WeightsException damaged(String text, IOException cause) {
    return new WeightsException(
        SafeText.format(
            "%s in the metadata of the weights is damaged: %s", KEY, SafeText.excerpt(text)),
        cause);
  }

  /** For people: what differs between two lists of classes. */
  static String comparison(String first, List<String> a, String second, List<String> b) {
    int width = Math.max(first.length(), second.length()) + 2;
    return "\n  " + pad(first + ":", width) + line(a) + "\n  " + pad(second + ":", width) + line(b);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private static String line(List<String> names) {
    int shown = 10;
    String text = SafeText.of(String.join(", ", names.subList(0, Math.min(shown, names.size()))));
    return names.size() > shown ? text + ", ... (" + names.size() + " classes)" : text;
  }
}
