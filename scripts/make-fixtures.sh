#!/bin/sh
# Makes the short videos of the demo and of the tests from the seed pictures. The results are committed: ffmpeg
# (Debian package, 5.1 was used) is needed only to change them. Run scripts/make-seed-media.ts first.
set -eu
cd "$(dirname "$0")/.."
seed=supabase/seed/media
fixtures=test/fixtures/media
mkdir -p "$fixtures"

# A picture that is slowly approached, with two soft tones; arguments: picture, width, height, seconds, output, options…
clip() {
  picture=$1 width=$2 height=$3 seconds=$4 output=$5
  shift 5
  frames=$((seconds * 30))
  ffmpeg -v error -y -loop 1 -framerate 30 -i "$picture" \
    -f lavfi -i "sine=frequency=220:sample_rate=48000" -f lavfi -i "sine=frequency=329.6:sample_rate=48000" \
    -filter_complex "[0:v]split[a][b];[a]scale=$width:$height:force_original_aspect_ratio=increase,crop=$width:$height,boxblur=40[back];[b]scale=$width:$height:force_original_aspect_ratio=decrease[front];[back][front]overlay=(W-w)/2:(H-h)/2,scale=$((width * 2)):-2,zoompan=z='1+0.06*on/$frames':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d=1:s=${width}x${height}:fps=30,format=yuv420p[v];[1:a][2:a]amix=inputs=2,volume=0.25,afade=t=in:d=0.5,afade=t=out:st=$((seconds - 1)):d=1[a1]" \
    -map '[v]' -map '[a1]' -t "$seconds" -r 30 \
    -c:v libx264 -profile:v high -preset veryslow -crf 31 -g 30 -c:a aac -b:a 64k \
    -map_metadata -1 -fflags +bitexact "$@" "$output"
}

# Instagram asks for the moov atom in front and no edit lists.
clip $seed/bakery-sourdough.jpg 1080 1920 5 $seed/bakery-reel.mp4 -movflags +faststart -use_editlist 0
clip $seed/cycling-road-bike.jpg 1080 1920 4 $seed/cycling-story.mp4 -movflags +faststart -use_editlist 0
clip $seed/cycling-winter-tyres.jpg 1280 720 6 $seed/cycling-film.mp4 -movflags +faststart -use_editlist 0

clip $seed/bakery-sourdough.jpg 1080 1920 2 $fixtures/two-seconds.mp4 -movflags +faststart -use_editlist 0 -crf 40
clip $seed/cycling-winter-tyres.jpg 640 360 4 $fixtures/moov-last.mp4 -crf 38
# A phone's film: recorded lying, with the turn in the track header.
ffmpeg -v error -y -i $fixtures/moov-last.mp4 -c copy -metadata:s:v rotate=90 -fflags +bitexact $fixtures/turned.mov
ffmpeg -v error -y -i $fixtures/moov-last.mp4 -t 3 -vf scale=320:180 -c:v libvpx-vp9 -b:v 60k -c:a libopus -b:a 32k \
  -fflags +bitexact $fixtures/small.webm
ls -l $seed $fixtures
