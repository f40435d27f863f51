package io.blockwork.spark;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small pictures of four kinds that a network can tell apart, in a folder for each. */
public final class Pictures {
  private static final int SIDE = 8;

  private Pictures() {}

  /**
   * Writes PNG files, {@code folder/CLASS/NUMBER.png}.
   *
   * @param each how many of each class
   * @return the files, in order
   */
  public static List<Path> write(Path folder, int each, long seed) throws IOException {
    Random random = new Random(seed);
    List<Path> files = new ArrayList<>();
    for (int kind = 0; kind < 4; kind++) {
      Path place = Files.createDirectories(folder.resolve("class" + kind));
      for (int i = 0; i < each; i++) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
          for (int x = 0; x < SIDE; x++) {
            boolean bright = (kind & 1) == 0 ? x < SIDE / 2 : y < SIDE / 2;
            int level = (bright == (kind < 2) ? 150 : 50) + random.nextInt(100);
            image.setRGB(x, y, level << 16 | (level / 2) << 8 | random.nextInt(256));
          }
        }
        Path file = place.resolve(String.format("%04d.png", i));
        ImageIO.write(image, "png", file.toFile());
        files.add(file);
      }
    }
    return files;
  }
}
