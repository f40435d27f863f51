package io.blockwork.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Prints a folder's classes with their numbers of images, in ASCII; or why it is refused. In a
 * process of its own, since the locale of a process decides how Java decodes names.
 */
final class ListClasses {
  private ListClasses() {}

  public static void main(String[] args) {
    try {
      ImageFolder images = ImageFolder.open(Path.of(args[0]));
      for (String name : images.classNames()) {
        System.out.println(
            java.util.HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)));
      }
      System.out.println(images.image(images.size() - 1));
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
    }
  }
}
