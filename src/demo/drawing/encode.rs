//! From pixels to a small PNG: at most 256 colours, chosen by median cut.

use super::canvas::SIZE;

/// Colours in a palette.
const COLOURS: usize = 88;

/// Pixels whose colours agree in the upper five bits of each channel.
#[derive(Clone, Copy, Default)]
struct Bin {
    count: u32,
    sums: [u32; 3],
}

impl Bin {
    fn mean(&self) -> [u8; 3] {
        self.sums
            .map(|sum| u8::try_from(sum / self.count.max(1)).unwrap_or(u8::MAX))
    }
}

/// A palette and, for each bin, its place in it.
struct Palette {
    colours: Vec<[u8; 3]>,
    places: Vec<u8>,
}

/// A PNG with a palette, in the size of the paper.
pub(super) fn png(pixels: &[[u8; 3]]) -> Vec<u8> {
    let palette = Palette::of(pixels);
    let indices: Vec<u8> = pixels
        .iter()
        .map(|pixel| palette.places[bin_of(*pixel)])
        .collect();
    let mut file = Vec::with_capacity(48 * 1024);
    let mut encoder = png::Encoder::new(&mut file, u32::from(SIZE), u32::from(SIZE));
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.colours.concat());
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().expect("a Vec takes every write");
    writer
        .write_image_data(&indices)
        .expect("there is one index for each pixel");
    writer.finish().expect("a Vec takes every write");
    file
}

impl Palette {
    fn of(pixels: &[[u8; 3]]) -> Self {
        let bins = binned(pixels);
        let mut used: Vec<usize> = (0..bins.len()).filter(|&i| bins[i].count > 0).collect();
        let mut palette = Self {
            colours: Vec::new(),
            places: vec![0; bins.len()],
        };
        for group in median_cut(&bins, &mut used) {
            let mut all = Bin::default();
            for &i in group.iter() {
                palette.places[i] = u8::try_from(palette.colours.len()).expect("a palette has 256 places");
                all.count += bins[i].count;
                all.sums = std::array::from_fn(|channel| all.sums[channel] + bins[i].sums[channel]);
            }
            palette.colours.push(all.mean());
        }
        palette
    }
}

/// Halves the group with the most spread until there are as many groups as colours.
fn median_cut<'a>(bins: &[Bin], used: &'a mut [usize]) -> Vec<&'a mut [usize]> {
    let mut done = Vec::new();
    let mut groups = vec![(spread(bins, used), used)];
    while groups.len() + done.len() < COLOURS {
        let Some(widest) = (0..groups.len()).max_by_key(|&i| groups[i].0.weight) else {
            break;
        };
        let (spread, group) = groups.swap_remove(widest);
        if group.len() < 2 {
            done.push(group);
            continue;
        }
        group.sort_unstable_by_key(|&i| (bins[i].mean()[spread.channel], i));
        let half: u32 = group.iter().map(|&i| bins[i].count).sum::<u32>() / 2;
        let mut seen = 0;
        let before_half = |&i: &usize| {
            seen += bins[i].count;
            seen <= half
        };
        let middle = group
            .iter()
            .copied()
            .take_while(before_half)
            .count()
            .clamp(1, group.len() - 1);
        let (low, high) = group.split_at_mut(middle);
        groups.extend([low, high].map(|group| (self::spread(bins, group), group)));
    }
    done.extend(groups.into_iter().map(|(_, group)| group));
    done
}

/// How far the colours of a group lie apart.
struct Spread {
    channel: usize,
    /// Distance squared and number of pixels, so that a small bright eye is not lost to a large sky.
    weight: u64,
}

fn spread(bins: &[Bin], group: &[usize]) -> Spread {
    let (mut low, mut high, mut count) = ([u8::MAX; 3], [0_u8; 3], 0_u64);
    for &i in group {
        let mean = bins[i].mean();
        low = std::array::from_fn(|channel| low[channel].min(mean[channel]));
        high = std::array::from_fn(|channel| high[channel].max(mean[channel]));
        count += u64::from(bins[i].count);
    }
    let widths: [u8; 3] = std::array::from_fn(|channel| high[channel].saturating_sub(low[channel]));
    let channel = (0..3).max_by_key(|&channel| widths[channel]).unwrap_or(0);
    let width = u64::from(widths[channel]);
    Spread {
        channel,
        weight: width * width * (count.isqrt() + 1),
    }
}

fn binned(pixels: &[[u8; 3]]) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); 1 << 15];
    for &pixel in pixels {
        let [red, green, blue] = pixel;
        let bin = &mut bins[bin_of(pixel)];
        bin.count += 1;
        bin.sums[0] += u32::from(red);
        bin.sums[1] += u32::from(green);
        bin.sums[2] += u32::from(blue);
    }
    bins
}

fn bin_of([red, green, blue]: [u8; 3]) -> usize {
    usize::from(red >> 3) << 10 | usize::from(green >> 3) << 5 | usize::from(blue >> 3)
}
