package io.blockwork.onnx.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What lies where an ONNX file should, as its first bytes tell. Only asked when a file cannot be
 * read as ONNX, whose own beginning says nothing.
 *
 * @param name what it is, with its article
 * @param remedy how to come to an ONNX file
 */
record Format(String name, String remedy) {
  private static final int HEAD = 512;
  private static final String TORCH = "export the model by torch.onnx.export";

  private static final Format WEB_PAGE =
      new Format(
          "a web page",
          "download the file itself: a link to a page about it, or to a login, leads to no model");

  private static final Format SAFETENSORS =
      new Format(
          "a safetensors file",
          "export the model: that file holds weights without the operations between them");

  /** Something that begins with a certain text, so many bytes behind the start. */
  private record Magic(int at, String bytes, Format format) {
    boolean is(String head) {
      return head.startsWith(bytes, at);
    }
  }

  private static final List<Magic> KNOWN =
      List.of(
          new Magic(
              0,
              "version https://git-lfs",
              new Format("a pointer of Git LFS, and not the file", "run git lfs pull")),
          new Magic(
              0,
              "PK\u0003\u0004",
              new Format(
                  "a ZIP archive, as PyTorch's .pt and .pth and Keras's .keras files are",
                  TORCH + ", by tf2onnx, or unpack it")),
          new Magic(
              0,
              "\u0089HDF",
              new Format("an HDF5 file, as Keras's .h5 are", "convert it by tf2onnx")),
          new Magic(0, "\u001f\u008b", new Format("a gzip archive", "unpack it")),
          new Magic(
              4, "TFL3", new Format("a TensorFlow Lite model", "convert it by tf2onnx --tflite")),
          new Magic(
              4,
              "ORTM",
              new Format(
                  "a model in ONNX Runtime's own format (.ort)",
                  "take the .onnx file that it was made from")));

  /** What the bytes are, if that can be told. */
  static Optional<Format> of(Bytes bytes) {
    byte[] head;
    try (InputStream in = bytes.from(0)) {
      head = in.readNBytes(HEAD);
    } catch (IOException e) {
      return Optional.empty();
    }
    String start = new String(head, StandardCharsets.ISO_8859_1);
    for (Magic magic : KNOWN) {
      if (magic.is(start)) {
        return Optional.of(magic.format());
      }
    }
    if (head.length > 1 && (head[0] & 0xff) == 0x80 && head[1] >= 2 && head[1] <= 5) {
      return Optional.of(new Format("a Python pickle, as older .pth files are", TORCH));
    } else if (start.startsWith("{\"", 8)) {
      return Optional.of(SAFETENSORS);
    } else if (!isText(head)) {
      return Optional.empty();
    }
    String text = start.replaceFirst("^\u00ef\u00bb\u00bf", "").strip();
    boolean page = text.toLowerCase(Locale.ROOT).matches("(?s)<(!doctype html|html|head|body).*");
    return Optional.of(page ? WEB_PAGE : new Format("a text", "name the model itself"));
  }

  /** Whether the bytes are printable; the last character may be cut off. */
  private static boolean isText(byte... head) {
    for (byte each : head) {
      if (each >= 0 && each < ' ' && each != '\t' && each != '\n' && each != '\r') {
        return false;
      }
    }
    for (int cut = 0; cut < 4 && cut < head.length; cut++) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(head, 0, head.length - cut));
        return true;
      } catch (CharacterCodingException e) {
        // One byte less may end behind a character.
      }
    }
    return false;
  }
}
