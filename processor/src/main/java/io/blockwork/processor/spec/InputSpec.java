package io.blockwork.processor.spec;

/**
 * {@code @Input}: the shape of one image.
 *
 * @param channels channels
 * @param height height in pixels
 * @param width width in pixels
 */
public record InputSpec(int channels, int height, int width) {}
