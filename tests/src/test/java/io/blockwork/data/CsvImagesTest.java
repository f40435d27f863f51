package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as programs and people write them; each line here is an image of two pixels. */
final class CsvImagesTest {
  private static final List<String> NAMES = List.of("a", "b", "c");

  private static CsvImages read(String text) throws IOException {
    return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static CsvImages read(InputStream in) throws IOException {
    return CsvImages.read(in, "x.csv", 1, 2, 10, CsvImages.Label.FIRST, NAMES);
  }

  private static float[] pixels(CsvImages images, int index) {
    FloatBuffer target = FloatBuffer.allocate(2);
    images.read(index, new CounterRandom(0), target);
    return target.array();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2,5,10",
        "\ufeff2,5,10",
        "\"2\",\"5\",\"10\"",
        " \"2\" ; \"5\" ; \"10\" ",
        "2;5;10",
        "2;5,0;1,0e1",
        "2\t5\t10",
        "2.0,5.0,10.0",
        "2e0,5,1e1",
        "\ufefflabel,p0,p1\r\n2,5,10\r\n",
        "\"label;with\";p0;p1\n\n2;5;10\n"
      })
  void theSameImageInManyHands(String text) throws IOException {
    CsvImages images = read(text);
    assertThat(images.size()).isEqualTo(1);
    assertThat(images.label(0)).isEqualTo(2);
    assertThat(pixels(images, 0)).isEqualTo(new float[] {0.5f, 1});
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.5,0,0", "3,0,0", "-1,0,0", "NaN,0,0", "1f,0,0", "x\u001b[2J,0,0", ",0,0"})
  void labelsThatAreNoClassesAreRefusedHarmlessly(String text) throws IOException {
    CsvImages images = read("0,0,0\n" + text);
    DataException e = assertThrows(DataException.class, () -> images.label(1));
    assertThat(e).hasMessageThat().startsWith("x.csv, offset 6: not an image and its label: ");
    assertThat(String.valueOf(e.getMessage()).chars().noneMatch(Character::isISOControl)).isTrue();
  }

  @Test
  void aLineOfAHundredMegabytesIsReadOverAndTold() throws IOException {
    byte[] piece = new byte[1 << 20];
    java.util.Arrays.fill(piece, (byte) '7');
    InputStream line =
        new SequenceInputStream(
            Collections.enumeration(
                Collections.nCopies(100, piece).stream()
                    .map(bytes -> (InputStream) new ByteArrayInputStream(bytes))
                    .toList()));
    InputStream end = new ByteArrayInputStream("\n1,0,10\n".getBytes(StandardCharsets.UTF_8));
    CsvImages images = read(new SequenceInputStream(line, end));
    assertThat(images.size()).isEqualTo(2);
    assertThat(assertThrows(DataException.class, () -> images.label(0)))
        .hasMessageThat()
        .contains("the line has more than 192 bytes");
    assertThat(pixels(images, 1)).isEqualTo(new float[] {0, 1});
  }

  @Test
  void millionsOfBadLinesTakeLittleMemoryOrAreRefused() throws IOException {
    CsvImages images = read("0,0,0\n" + "?\n".repeat(2000) + "1,0,10\n");
    assertThat(images.size()).isEqualTo(2002);
    assertThat(assertThrows(DataException.class, () -> images.label(1)))
        .hasMessageThat()
        .contains("1 fields, expected 2 pixels and a label");
    assertThat(assertThrows(DataException.class, () -> images.label(2000)))
        .hasMessageThat()
        .contains("one of more than 1000 bad lines");
    assertThat(images.label(2001)).isEqualTo(1);
    CsvLines allowed =
        new CsvLines("x.csv", new ImageShape(1, 1, 2), 10, CsvImages.Label.FIRST, 3, 1 << 20);
    DataLimitException e =
        assertThrows(DataLimitException.class, () -> allowed.read(new Repeated("?\n", 10_000_000)));
    assertThat(e).hasMessageThat().contains("of memory allowed for one file");
  }

  /** A short text again and again. */
  private static final class Repeated extends InputStream {
    private final byte[] text;
    private long rest;

    Repeated(String text, long times) {
      this.text = text.getBytes(StandardCharsets.UTF_8);
      this.rest = times * this.text.length;
    }

    @Override
    public int read() {
      return rest == 0 ? -1 : text[(int) (--rest % text.length)];
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (rest == 0) {
        return -1;
      }
      int n = (int) Math.min(rest, length - length % text.length);
      for (int i = 0; i < n; i++) {
        into[from + i] = text[i % text.length];
      }
      rest -= n;
      return n;
    }
  }
}
