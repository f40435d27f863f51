/**
 * Data sets, what is done to their images at random, and the loader that makes batches of them.
 *
 * <p>An {@link io.blockwork.data.ImageDataset} gives 8-bit images of any size (folders, CIFAR,
 * IDX); a {@link io.blockwork.data.Pipeline} of torchvision's transforms turns it into a {@link
 * io.blockwork.data.Dataset} of floats of one shape; a {@link io.blockwork.data.DataLoader} reads
 * that with background workers, straight into reused batches:
 *
 * <pre>{@code
 * ImageDataset images = ImageFolder.open(Path.of("train")).cached(1L << 30);
 * Dataset train = images.with(
 *     Pipeline.of(new RandomCrop(32, 4), new RandomHorizontalFlip(0.5), Normalize.imageNet()));
 * try (DataLoader loader = DataLoader.of(train).batchSize(128).shuffle(true).seed(1).build()) {
 *   for (int epoch = 1; epoch <= 15; epoch++) {
 *     for (Batch batch : loader.epoch(epoch)) {
 *       net.train(batch.images(), Loss.softmaxCrossEntropy(batch.labels()));
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>All chance comes from (seed, epoch, item), so batches do not depend on the number of workers,
 * and an epoch can be resumed in its middle.
 */
@NullMarked
package io.blockwork.data;

import org.jspecify.annotations.NullMarked;
