package io.blockwork.weights;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The names of ImageNet's 1000 classes (ILSVRC 2012), as torchvision's metadata spells them. */
public final class ImageNetClasses {
  private static final String RESOURCE = "imagenet-classes.txt";

  private ImageNetClasses() {}

  /** The names in the order of the logits; the resource's head states source and licence. */
  public static List<String> names() {
    InputStream resource = ImageNetClasses.class.getResourceAsStream(RESOURCE);
    if (resource == null) {
      throw new IllegalStateException(RESOURCE + " is missing from the runtime's jar");
    }
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
