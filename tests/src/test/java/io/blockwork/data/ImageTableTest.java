package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of pictures as spreadsheets, pandas and people write them. */
final class ImageTableTest {
  @TempDir Path folder;

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("t.csv"), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image,tags\na.jpg,cat dog\nb.jpg,\n",
        "\ufeffimage,tags\r\na.jpg,cat dog\r\nb.jpg,\r\n",
        "image;tags\n\"a.jpg\";\"dog  cat\"\n\nb.jpg;\"\"",
        "other\timage\ttags\n\"1\n2\"\ta.jpg\tcat dog\n\"say \"\"x\"\"\"\tb.jpg\t\n"
      })
  void theSameTagsInManyHands(String text) throws IOException {
    ImageTable table = ImageTable.tags(write(text), "image", "tags", " ");
    assertThat(table.classNames()).containsExactly("cat", "dog").inOrder();
    assertThat(table.size()).isEqualTo(2);
    assertThat(table.target(0)).isEqualTo(new float[] {1, 1});
    assertThat(table.target(1)).isEqualTo(new float[] {0, 0});
    assertThat(table.label(1)).isEqualTo(Labelled.UNLABELLED);
    assertThat(table.describe(1)).isEqualTo(folder.resolve("b.jpg").toString());
    assertThat(table.in(Path.of("x"), ".png").describe(1))
        .isEqualTo(Path.of("x").resolve("b.jpg.png").toString());
  }

  @Test
  void numbersAndFlagsAreColumns() throws IOException {
    Path csv = write("image;age;size\nx;7;1,5\ny;8;0,25\n");
    ImageTable numbers = ImageTable.numbers(csv, "image");
    assertThat(numbers.classNames()).containsExactly("age", "size").inOrder();
    assertThat(numbers.target(1)).isEqualTo(new float[] {8, 0.25f});
    assertThat(numbers.task()).isEqualTo(Task.REGRESSION);
    ImageTable one = ImageTable.numbers(csv, "image", "size");
    assertThat(one.target(0)).isEqualTo(new float[] {1.5f});
    ImageTable flags = ImageTable.flags(write("image,cat,dog\na,1,False\nb,0.0,TRUE\n"), "image");
    assertThat(flags.target(0)).isEqualTo(new float[] {1, 0});
    assertThat(flags.target(1)).isEqualTo(new float[] {0, 1});
    ImageTable classes = ImageTable.classes(write("image,k\na,dog\nb,cat\nc,dog\n"), "image", "k");
    assertThat(classes.classNames()).containsExactly("cat", "dog").inOrder();
    assertThat(classes.label(2)).isEqualTo(1);
    assertThat(classes.task()).isEqualTo(Task.SINGLE_LABEL);
    assertThrows(IndexOutOfBoundsException.class, () -> numbers.label(2));
  }

  @Test
  void tablesMayBeGzipped() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("image,age\na,3\n".getBytes(StandardCharsets.UTF_8));
    }
    Path csv = Files.write(folder.resolve("t.csv.gz"), bytes.toByteArray());
    assertThat(ImageTable.numbers(csv, "image").target(0)).isEqualTo(new float[] {3});
  }

  @Test
  void whatIsWrongIsNamedByLineAndColumn() throws IOException {
    Path csv = write("image,age\na,3\n\nb,old\u001b[2J\n");
    DataException wrong =
        assertThrows(DataException.class, () -> ImageTable.numbers(csv, "image", "age"));
    assertThat(wrong)
        .hasMessageThat()
        .contains("line 4, column age: expected a finite number, got");
    assertThat(wrong).hasMessageThat().doesNotContain("\u001b");
    assertThat(wrong.offset()).isEqualTo(15);
    IllegalArgumentException missing =
        assertThrows(
            IllegalArgumentException.class, () -> ImageTable.numbers(csv, "image", "agee"));
    assertThat(missing).hasMessageThat().contains("has no column agee; the nearest is age");
    for (String text :
        List.of("image,age\na\n", "image,age\na,3,4\n", "image,age\n\"a,3\n", "image,age\n,3\n")) {
      Path file = write(text);
      assertThrows(DataException.class, () -> ImageTable.numbers(file, "image", "age"), text);
    }
    Path flags = write("image,cat\na,-1\n");
    assertThat(assertThrows(DataException.class, () -> ImageTable.flags(flags, "image")))
        .hasMessageThat()
        .contains("expected 0 to 1, true or false, got -1");
    Path nothing = write("image\na\n");
    assertThrows(IllegalArgumentException.class, () -> ImageTable.numbers(nothing, "image"));
    assertThrows(
        IllegalArgumentException.class, () -> ImageTable.tags(nothing, "image", "image", ""));
    DataException picture =
        assertThrows(
            DataException.class, () -> ImageTable.classes(nothing, "image", "image").image(0));
    assertThat(picture).hasMessageThat().contains(folder.resolve("a").toString());
  }
}
