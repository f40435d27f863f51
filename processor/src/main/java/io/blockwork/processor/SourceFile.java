package io.blockwork.processor;

import com.palantir.javapoet.JavaFile;
import io.blockwork.processor.emit.Tidy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import javax.annotation.processing.Filer;
import javax.lang.model.element.TypeElement;
import javax.tools.FileObject;
import javax.tools.StandardLocation;

/**
 * A generated file, to be handed to the compiler.
 *
 * @param name the qualified name of the class that it holds
 * @param text the source
 */
record SourceFile(String name, String text) {
  /** The file as it is written. */
  static SourceFile of(JavaFile file) {
    String name = file.typeSpec().name();
    return new SourceFile(
        file.packageName().isEmpty() ? name : file.packageName() + "." + name,
        Tidy.apply(file.toString()));
  }

  /** Writes the file, which is generated from {@code origin} alone. */
  void write(TypeElement origin, Filer filer) throws IOException {
    try (Writer writer = filer.createSourceFile(name, origin).openWriter()) {
      writer.write(text);
    }
  }

  /** Writes a text beside the classes, which is generated from {@code origin} alone. */
  static void writeBeside(
      String packageName, String name, String text, TypeElement origin, Filer filer)
      throws IOException {
    FileObject file =
        filer.createResource(StandardLocation.CLASS_OUTPUT, packageName, name, origin);
    // The compiler's own encoding is not the text's.
    try (OutputStream out = file.openOutputStream()) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
