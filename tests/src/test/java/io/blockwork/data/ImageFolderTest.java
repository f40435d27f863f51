package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.image.ByteImage;
import io.blockwork.image.References;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders as people and systems leave them. */
final class ImageFolderTest {
  @TempDir Path folder;

  private void image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    Files.write(file, References.bytes("formats/RGB.png"));
  }

  private List<String> names(ImageFolder images) {
    return images.files().stream().map(file -> folder.relativize(file).toString()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8", "POSIX"})
  void classesHaveTheSameNamesAndNumbersUnderEveryLocale(String locale)
      throws IOException, InterruptedException {
    assumeTrue(File.separatorChar == '/', "names are bytes");
    image("x.png");
    // Zebra, Äpfel, Öl, 猫 in UTF-8: the shell's printf does not care for this process's locale.
    shell(
        "for n in '\\303\\204pfel' '\\303\\226l' Zebra '\\347\\214\\253'; do"
            + " d=\"$(printf \"$n\")\"; mkdir \"$d\"; cp x.png \"$d/$d.png\"; done");
    List<String> printed = listClasses(locale);
    assertThat(printed.subList(0, 4))
        .containsExactly(hex("Zebra"), hex("\u00c4pfel"), hex("\u00d6l"), hex("\u732b"))
        .inOrder();
    assertThat(printed.get(4)).endsWith("RGB");
  }

  @Test
  void aClassNameThatIsNotUtf8IsRefusedWithTheRemedy() throws IOException, InterruptedException {
    assumeTrue(File.separatorChar == '/', "names are bytes");
    image("x.png");
    shell("d=\"$(printf '\\304pfel')\"; mkdir \"$d\" && cp x.png \"$d/\"");
    for (String locale : List.of("C", "C.UTF-8")) {
      String printed = String.join("\n", listClasses(locale));
      assertThat(printed).contains("is not UTF-8 (its bytes are c4 70 66 65 6c)");
      assertThat(printed).contains("convmv -f latin1 -t utf8");
    }
  }

  private static String hex(String name) {
    return HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8));
  }

  private void shell(String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-ec", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Some file systems (APFS) take UTF-8 only.
    assumeTrue(process.waitFor() == 0, output);
  }

  private List<String> listClasses(String locale) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true",
            "-cp",
            System.getProperty("java.class.path"),
            ListClasses.class.getName(),
            folder.toString());
    builder.environment().put("LC_ALL", locale);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  @Test
  void theOrderIsThatOfCodePoints() throws IOException {
    // In UTF-16 the surrogates of the second name come before the first.
    String beyond = "\ud83d\udc31";
    assumeTrue(canBeNamed(beyond), "this process's locale has no such names");
    image("\uffe6/a.png");
    image(beyond + "/a.png");
    assertThat(ImageFolder.open(folder).classNames()).containsExactly("\uffe6", beyond).inOrder();
  }

  private boolean canBeNamed(String name) {
    try {
      return folder.resolve(name).getFileName() != null;
    } catch (java.nio.file.InvalidPathException e) {
      return false;
    }
  }

  @Test
  void filesComeByFolderAndThenByNameAsTorchvisionListsThem() throws IOException {
    for (String name : List.of("c/b/1.png", "c/b-/1.png", "c/z.png", "c/B.png", "c-/1.png")) {
      image(name);
    }
    // sorted(os.walk(...)) of each class: "c", "c/b", "c/b-" as strings.
    assertThat(names(ImageFolder.open(folder)))
        .containsExactly("c/B.png", "c/z.png", "c/b/1.png", "c/b-/1.png", "c-/1.png")
        .inOrder();
  }

  @Test
  void linkedClassesAndImagesAreFollowed() throws IOException {
    image("store/many/1.png");
    image("store/2.png");
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.createSymbolicLink(root.resolve("cat"), folder.resolve("store"));
    Files.createDirectory(root.resolve("dog"));
    Files.createSymbolicLink(root.resolve("dog/deep"), folder.resolve("store/many"));
    Files.createSymbolicLink(root.resolve("dog/one.png"), folder.resolve("store/2.png"));
    ImageFolder images = ImageFolder.open(root);
    assertThat(images.classNames()).containsExactly("cat", "dog").inOrder();
    assertThat(images.size()).isEqualTo(4);
    assertThat(images.leftOut().total()).isEqualTo(0);
    assertThat(images.leftOut().toString()).isEqualTo("nothing");
  }

  @Test
  void aRootThatIsALinkIsFollowed() throws IOException {
    image("data/cat/1.png");
    Path link = Files.createSymbolicLink(folder.resolve(".link"), folder.resolve("data"));
    assertThat(ImageFolder.open(link).classNames()).containsExactly("cat");
  }

  @Test
  void loopsEndAndBrokenLinksAreCounted() throws IOException {
    image("cat/1.png");
    Files.createSymbolicLink(folder.resolve("cat/up"), folder);
    Files.createSymbolicLink(folder.resolve("self"), folder);
    Files.createSymbolicLink(folder.resolve("cat/gone.png"), folder.resolve("nowhere"));
    ImageFolder images = ImageFolder.open(folder);
    assertThat(images.classNames()).containsExactly("cat");
    assertThat(images.size()).isEqualTo(1);
    assertThat(images.leftOut()).isEqualTo(new LeftOut(0, 0, 0, 2, 1));
    assertThat(images.leftOut().toString()).isEqualTo("2 links into loops, 1 broken link");
  }

  @Test
  void hiddenAndSystemFilesAreLeftOutAtEveryDepth() throws IOException {
    for (String name :
        List.of(
            "cat/1.png",
            "cat/._1.png",
            "cat/.ipynb_checkpoints/1-checkpoint.png",
            "cat/deep/__MACOSX/1.png",
            "cat/deep/@eaDir/1.png",
            "cat/Thumbs.db",
            "__MACOSX/cat/1.png",
            ".git/1.png",
            "loose.png",
            "cat/notes.txt")) {
      image(name);
    }
    ImageFolder images = ImageFolder.open(folder);
    assertThat(images.classNames()).containsExactly("cat");
    assertThat(names(images)).containsExactly("cat/1.png");
    assertThat(images.leftOut()).isEqualTo(new LeftOut(7, 1, 1, 0, 0));
    ImageFiles files = ImageFiles.in(folder);
    assertThat(files.size()).isEqualTo(2);
    assertThat(files.leftOut()).isEqualTo(new LeftOut(7, 1, 0, 0, 0));
  }

  @Test
  void everyExtensionOfTorchvisionCounts() throws IOException {
    List<String> extensions =
        List.of("jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp");
    for (String extension : extensions) {
      image("cat/1." + extension);
      image("cat/2." + extension.toUpperCase(java.util.Locale.ROOT));
    }
    assertThat(ImageFolder.open(folder).size()).isEqualTo(2 * extensions.size());
  }

  @Test
  void anInterruptedThreadStillReadsImages() throws IOException {
    image("cat/1.png");
    ImageFolder images = ImageFolder.open(folder);
    Thread.currentThread().interrupt();
    ByteImage image = images.image(0);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(image).isEqualTo(References.image("formats/RGB.png"));
  }

  @Test
  void aFolderThatCannotBeListedIsNamed() {
    assertThat(
            assertThrows(
                java.io.UncheckedIOException.class,
                () -> ImageFolder.open(folder.resolve("nowhere"))))
        .hasMessageThat()
        .contains("nowhere: does not exist");
  }
}
