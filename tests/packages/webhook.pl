#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What a receiver of alerts does: appends the body of each POST to a file.
#
# Usage: webhook.pl FILE

use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1:9095", Listen => 5, ReuseAddr => 1)
	or die $!;
while (my $client = $server->accept) {
	my $length = 0;
	while (my $line = <$client>) {
		$length = $1 if $line =~ /^content-length: (\d+)/i;
		last if $line =~ /^\r?$/;
	}
	read($client, my $body, $length);
	open(my $file, ">>", $ARGV[0]) or die $!;
	print $file "$body\n";
	close $file;
	print $client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	close $client;
}
