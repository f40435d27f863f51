package io.blockwork.onnx.exporter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.blockwork.image.Preprocessing;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;

/** What a model's metadata say, as JSON. */
final class Metadata {
  private Metadata() {}

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** The names of the classes by index: an array. */
  static String classes(List<String> names) {
    return json(json -> array(json, names));
  }

  /** What is done to an image before a network sees it: an object. */
  static String preprocessing(Preprocessing preprocessing) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeStringField("color", "RGB");
          json.writeNumberField("resize", preprocessing.resize());
          json.writeNumberField("crop", preprocessing.crop());
          json.writeStringField(
              "interpolation", preprocessing.interpolation().name().toLowerCase(Locale.ROOT));
          json.writeFieldName("mean");
          numbers(json, preprocessing.mean());
          json.writeFieldName("std");
          numbers(json, preprocessing.std());
          json.writeEndObject();
        });
  }

  private static void array(JsonGenerator json, List<String> texts) throws IOException {
    json.writeStartArray();
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static void numbers(JsonGenerator json, List<Double> values) throws IOException {
    json.writeStartArray();
    for (double value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }

  private static String json(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      body.write(json);
    } catch (IOException e) {
      throw new IllegalStateException("a StringWriter cannot fail", e);
    }
    return text.toString();
  }
}
