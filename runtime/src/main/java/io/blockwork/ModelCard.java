package io.blockwork;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.blockwork.data.Task;
import io.blockwork.image.Interpolation;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import io.blockwork.weights.ModelMetadata;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What weights say beside their values: what network they are of, which classes they tell apart,
 * what has to be done to a picture for them, and what they say of it. It travels with the
 * parameters: a training run takes it from its data, {@link Weights#save} and checkpoints write it,
 * {@link Parameters#load} reads it, and {@link ImageClassifier#classify(java.nio.file.Path)} goes
 * by it. Exports to ONNX hold it, too.
 *
 * @param network name of the network that the weights are of; empty: not known
 * @param classNames by label; empty: not known
 * @param preprocessing what the network's pictures went through; empty: not known
 * @param task what the network says of a picture; one class, unless the weights tell
 */
public record ModelCard(
    Optional<String> network,
    List<String> classNames,
    Optional<Preprocessing> preprocessing,
    Task task) {
  /** What the names of entries begin with in the metadata of weights, and nowhere else. */
  private static final String PREFIX = "blockwork.";

  private static final String NETWORK = unprefixed(ModelMetadata.NETWORK);
  private static final String CLASSES = unprefixed(ModelMetadata.CLASSES);
  private static final String PREPROCESSING = unprefixed(ModelMetadata.PREPROCESSING);
  private static final String TASK = unprefixed(ModelMetadata.TASK);

  /** Made on first use: most networks are created without a text to read or write. */
  private static final class Json {
    static final JsonFactory FACTORY = new JsonFactory();
  }

  /** Copies the list. */
  public ModelCard {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(classNames, "classNames");
    Objects.requireNonNull(preprocessing, "preprocessing");
    Objects.requireNonNull(task, "task");
    classNames = List.copyOf(classNames);
  }

  /** What is said of a network that names one class of a picture. */
  public ModelCard(
      Optional<String> network, List<String> classNames, Optional<Preprocessing> preprocessing) {
    this(network, classNames, preprocessing, Task.SINGLE_LABEL);
  }

  /** What is known of classes and pictures alone. */
  public ModelCard(List<String> classNames, Optional<Preprocessing> preprocessing) {
    this(Optional.empty(), classNames, preprocessing, Task.SINGLE_LABEL);
  }

  /** What a network's parameters say. */
  public static ModelCard of(Parameters parameters) {
    return of(parameters.metadata(), PREFIX);
  }

  /**
   * What a file of weights says.
   *
   * @throws WeightsException if that is damaged
   */
  public static ModelCard of(Weights weights) {
    return of(weights.metadata(), PREFIX);
  }

  /**
   * What entries say, as {@link #entries} gives them.
   *
   * @throws WeightsException if one is damaged
   */
  public static ModelCard ofEntries(Map<String, String> entries) {
    Objects.requireNonNull(entries, "entries");
    return of(entries, "");
  }

  /**
   * What entries of a file say that other tools may have written, to whom they may mean something
   * else: what cannot be read, or does not fit the network, is left out.
   *
   * @param output shape of the network's result for one image
   */
  public static ModelCard ofOthers(Map<String, String> entries, List<Integer> output) {
    Objects.requireNonNull(entries, "entries");
    Objects.requireNonNull(output, "output");
    try {
      ModelCard card = ofEntries(entries);
      int classes = card.classNames().size();
      return classes == 0 || output.equals(List.of(classes))
          ? new ModelCard(Optional.empty(), card.classNames(), card.preprocessing(), card.task())
          : new ModelCard(List.of(), card.preprocessing());
    } catch (WeightsException e) {
      return new ModelCard(List.of(), Optional.empty());
    }
  }

  private static ModelCard of(Map<String, String> metadata, String prefix) {
    return new ModelCard(
        Optional.ofNullable(metadata.get(prefix + NETWORK)),
        Optional.ofNullable(metadata.get(prefix + CLASSES))
            .map(text -> names(prefix + CLASSES, text))
            .orElse(List.of()),
        Optional.ofNullable(metadata.get(prefix + PREPROCESSING))
            .map(text -> preprocessing(prefix + PREPROCESSING, text)),
        Optional.ofNullable(metadata.get(prefix + TASK))
            .map(text -> task(prefix + TASK, text))
            .orElse(Task.SINGLE_LABEL));
  }

  /**
   * What is known, as files hold it: {@code network}, a name; {@code classes}, an array in JSON;
   * {@code preprocessing}, an object in JSON with {@code color}, {@code resize}, {@code crop},
   * {@code interpolation}, {@code mean} and {@code std}; {@code task}, if it is not one class.
   * Safetensors have {@code blockwork.} before each.
   */
  public Map<String, String> entries() {
    Map<String, String> entries = new LinkedHashMap<>();
    network.ifPresent(name -> entries.put(NETWORK, name));
    if (!classNames.isEmpty()) {
      entries.put(CLASSES, json(classNames));
    }
    preprocessing.ifPresent(made -> entries.put(PREPROCESSING, json(made)));
    if (task != Task.SINGLE_LABEL) {
      entries.put(TASK, task.name().toLowerCase(Locale.ROOT));
    }
    return entries;
  }

  /** Says this of parameters from now on; what is not known leaves what was said before. */
  public void describe(Parameters parameters) {
    entries().forEach((name, text) -> parameters.metadata(PREFIX + name, text));
    if (task == Task.SINGLE_LABEL && parameters.metadata().containsKey(ModelMetadata.TASK)) {
      parameters.metadata(ModelMetadata.TASK, ModelMetadata.SINGLE_LABEL);
    }
  }

  private static String unprefixed(String key) {
    return key.substring(PREFIX.length());
  }

  private static Task task(String key, String text) {
    try {
      return Task.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw damaged(key, text, e);
    }
  }

  private static String json(List<String> names) {
    return json(
        json -> {
          json.writeStartArray();
          for (String name : names) {
            json.writeString(name);
          }
          json.writeEndArray();
        });
  }

  private static String json(Preprocessing preprocessing) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeStringField("color", "RGB");
          json.writeNumberField("resize", preprocessing.resize());
          json.writeNumberField("crop", preprocessing.crop());
          json.writeStringField(
              "interpolation", preprocessing.interpolation().name().toLowerCase(Locale.ROOT));
          numbers(json, "mean", preprocessing.mean());
          numbers(json, "std", preprocessing.std());
          json.writeEndObject();
        });
  }

  private static void numbers(JsonGenerator json, String field, List<Double> values)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (double value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private static String json(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
      body.write(json);
    } catch (IOException e) {
      throw new IllegalStateException("a StringWriter cannot fail", e);
    }
    return text.toString();
  }

  private static List<String> names(String key, String text) {
    List<String> names = new ArrayList<>();
    try (JsonParser json = Json.FACTORY.createParser(text)) {
      boolean array = json.nextToken() == JsonToken.START_ARRAY;
      while (array && json.nextToken() == JsonToken.VALUE_STRING) {
        names.add(json.getText());
      }
      if (json.currentToken() == JsonToken.END_ARRAY) {
        return names;
      }
    } catch (IOException e) {
      throw damaged(key, text, e);
    }
    throw damaged(key, text, new IOException("not an array of names"));
  }

  private static Preprocessing preprocessing(String key, String text) {
    int resize = 0;
    int crop = 0;
    Interpolation interpolation = Interpolation.BILINEAR;
    List<Double> mean = List.of();
    List<Double> std = List.of();
    try (JsonParser json = Json.FACTORY.createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "resize" -> resize = json.getIntValue();
          case "crop" -> crop = json.getIntValue();
          case "interpolation" ->
              interpolation = Interpolation.valueOf(json.getText().toUpperCase(Locale.ROOT));
          case "mean" -> mean = numbers(json);
          case "std" -> std = numbers(json);
          default -> json.skipChildren();
        }
      }
      return new Preprocessing(resize, crop, interpolation, mean, std);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(key, text, e);
    }
  }

  private static List<Double> numbers(JsonParser json) throws IOException {
    List<Double> values = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      values.add(json.getDoubleValue());
    }
    return values;
  }

  private static WeightsException damaged(String key, String text, Exception cause) {
    return new WeightsException(
        SafeText.format(
            "%s in the metadata of the weights is damaged: %s", key, SafeText.excerpt(text)),
        cause);
  }
}
