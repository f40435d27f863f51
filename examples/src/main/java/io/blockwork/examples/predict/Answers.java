package io.blockwork.examples.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.blockwork.image.Prediction;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Prints what the network says of each picture. */
final class Answers {
  private Answers() {}

  static void table(Map<Path, List<Prediction>> answers, PrintWriter out) {
    answers.forEach(
        (path, predictions) -> {
          out.println(SafeText.of(path));
          for (Prediction p : predictions) {
            out.println(
                SafeText.format("  %6.2f %%  %4d  %s", 100 * p.probability(), p.index(), p.name()));
          }
        });
  }

  static void json(Map<Path, List<Prediction>> answers, PrintWriter out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartArray();
      for (Map.Entry<Path, List<Prediction>> answer : answers.entrySet()) {
        json.writeStartObject();
        json.writeStringField("image", answer.getKey().toString());
        json.writeArrayFieldStart("predictions");
        for (Prediction p : answer.getValue()) {
          json.writeStartObject();
          json.writeNumberField("index", p.index());
          json.writeStringField("name", p.name());
          json.writeNumberField("probability", p.probability());
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    out.println();
  }
}
