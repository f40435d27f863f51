package io.blockwork.data;

import io.blockwork.image.Prediction;
import io.blockwork.io.SafeText;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A file and what a network says is in it.
 *
 * @param file the image
 * @param predictions the likeliest classes, the likeliest first
 */
public record ClassifiedImage(Path file, List<Prediction> predictions) {
  /** Copies the list. */
  public ClassifiedImage {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(predictions, "predictions");
    predictions = List.copyOf(predictions);
  }

  /** {@code cat.jpg: [tabby (281) 62.3 %, ...]}. */
  @Override
  public String toString() {
    return SafeText.of(file) + ": " + predictions;
  }
}
