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

/** Hands generated files to the compiler. */
final class SourceFile {
  private SourceFile() {}

  /** The name of the class that the file holds. */
  static String qualifiedName(JavaFile file) {
    String name = file.typeSpec().name();
    return file.packageName().isEmpty() ? name : file.packageName() + "." + name;
  }

  /** Writes {@code file}, which is generated from {@code origin} alone. */
  static void write(JavaFile file, TypeElement origin, Filer filer) throws IOException {
    try (Writer writer = filer.createSourceFile(qualifiedName(file), origin).openWriter()) {
      writer.write(Tidy.apply(file.toString()));
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
