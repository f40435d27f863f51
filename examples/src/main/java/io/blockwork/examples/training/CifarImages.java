package io.blockwork.examples.training;

import io.blockwork.data.Dataset;
import io.blockwork.data.ImageDataset;
import io.blockwork.data.ImageFolder;
import io.blockwork.data.KnownImages;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomCrop;
import io.blockwork.data.RandomHorizontalFlip;
import java.nio.file.Path;
import java.util.Optional;

/**
 * CIFAR-10 as 32x32 photographs, to train and to test on.
 *
 * @param train not changed at random
 * @param test apart from these
 */
record CifarImages(ImageDataset train, ImageDataset test) {
  /** All of CIFAR-10 decoded is a tenth of this. */
  private static final long CACHE = 2L << 30;

  /** The given folder's {@code train/CLASS/*.jpg} and {@code test/...}; or all of CIFAR-10. */
  static CifarImages open(Optional<Path> folder) {
    if (folder.isEmpty()) {
      return new CifarImages(KnownImages.CIFAR10.train(), KnownImages.CIFAR10.test());
    }
    Path root = folder.get();
    ImageFolder train = ImageFolder.open(root.resolve("train"));
    // A test folder may lack a class: equal labels have to mean equal classes.
    ImageDataset test = ImageFolder.open(root.resolve("test")).withClasses(train.classNames());
    return new CifarImages(train.cached(CACHE), test.cached(CACHE));
  }

  /** The usual augmentation: a crop out of four pixels of padding, and a flip. */
  Dataset augmented() {
    return train.with(
        Pipeline.of(new RandomCrop(32, 4), new RandomHorizontalFlip(0.5), Normalize.imageNet()));
  }

  /** The images to test on, as they are. */
  Dataset plain() {
    return test.with(Pipeline.of(Normalize.imageNet()));
  }
}
